package io.migration.unleash;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.migration.MigrationPhase;
import io.migration.phase.PhaseFlags.Reading;
import io.migration.test.FaultProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Our own client, the real one of Unleash, against a server that does as the tests say.
 */
class UnleashPhaseFlagsStubIntegrationTests {

	private static final String FLAG = "migration.tokens";

	private static final Duration OPENING = Duration.ofMillis(1800);

	private final String appName = "stub-test-" + UUID.randomUUID();

	private final List<AutoCloseable> open = new ArrayList<>();

	private StubUnleash server;

	private FaultProxy proxy;

	@BeforeAll
	static void loadTheNativeLibrary() {
		UnleashConnection.open(settings("http://127.0.0.1:1/api", "warm-up")).close();
	}

	@BeforeEach
	void start() {
		this.server = closed(new StubUnleash());
		this.proxy = closed(FaultProxy.to(this.server.port()));
	}

	@AfterEach
	void stop() throws Exception {
		for (int i = this.open.size() - 1; i >= 0; i--) {
			this.open.get(i).close();
		}
		Files.deleteIfExists(settings().backupFile());
	}

	@Test
	void aVariantIsThePhase() {
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("dual-write")));
		assertThat(connect().read(FLAG)).isEqualTo(new Reading.Wanted(MigrationPhase.DUAL_WRITE, null));
	}

	@Test
	void aPayloadIsTheReadShare() {
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("read-new", "{\"readShare\": 25}")));
		assertThat(connect().read(FLAG)).isEqualTo(new Reading.Wanted(MigrationPhase.READ_NEW, 25));
	}

	@Test
	void aMissingFlagIsSilent() {
		this.server.serve(StubUnleash.flag("another", StubUnleash.variant("shadow")));
		assertThat(silence(connect())).contains("no such flag");
	}

	@Test
	void aServerWithoutFlagsIsSilent() {
		assertThat(silence(connect())).contains("knows no flags at all");
	}

	@Test
	void aFlagThatIsSwitchedOffIsDisabledWhateverItsVariantSays() {
		this.server.serve(StubUnleash.flag(FLAG, false, 100, StubUnleash.variant("cutover")));
		assertThat(connect().read(FLAG)).isEqualTo(new Reading.Disabled());
	}

	@Test
	void aFlagThatIsRolledOutToNobodyIsNotTheKillSwitch() {
		this.server.serve(StubUnleash.flag(FLAG, true, 0, StubUnleash.variant("cutover")));
		assertThat(silence(connect())).contains("not for this application");
	}

	@Test
	void aFlagWithoutVariantIsSilent() {
		this.server.serve(StubUnleash.flag(FLAG));
		assertThat(silence(connect())).contains("no variant");
	}

	@Test
	void anUnknownVariantIsNamed() {
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("dual-wirte")));
		assertThat(silence(connect())).contains("'dual-wirte' is not a phase", "read-new");
	}

	@ParameterizedTest
	@ValueSource(strings = { "readShare=25", "[25]", "25", "{\"readShare\": 101}", "{\"readShare\": \"25\"}",
			"{\"readshare\": 25}" })
	void aBrokenPayloadSilencesAllOfTheFlag(String payload) {
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("read-new", payload)));
		assertThat(silence(connect())).contains("payload of its variant 'read-new'");
	}

	@Test
	void weighedVariantsGiveEveryInstanceTheSamePhase() {
		String half = StubUnleash.variant("shadow").replace("1000", "500");
		String otherHalf = StubUnleash.variant("dual-write").replace("1000", "500");
		this.server.serve(StubUnleash.flag(FLAG, half, otherHalf));
		Reading reading = connect().read(FLAG);
		assertThat(reading).isInstanceOf(Reading.Wanted.class);
		for (int i = 0; i < 8; i++) {
			assertThat(connect().read(FLAG)).isEqualTo(reading);
		}
	}

	@Test
	void aChangeIsToldOnceAndOnlyAChange() {
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("shadow")));
		UnleashPhaseFlags flags = connect();
		flags.read(FLAG);
		AtomicInteger told = new AtomicInteger();
		List<Reading> seen = new ArrayList<>();
		flags.onChange(() -> {
			seen.add(flags.read(FLAG));
			told.incrementAndGet();
		});
		// news that do not concern the flag
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("shadow")), StubUnleash.flag("another"));
		awaitPolls(2);
		assertThat(told).hasValue(0);
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("dual-write")));
		await().until(() -> told.get() > 0);
		awaitPolls(2);
		assertThat(seen).containsExactly(new Reading.Wanted(MigrationPhase.DUAL_WRITE, null));
	}

	@Test
	void whatIsSentIsTheTokenAndNoMetrics() {
		connect();
		awaitPolls(2);
		assertThat(this.server.requests()).isNotEmpty()
			.allMatch(("GET /api/client/features " + StubUnleash.TOKEN)::equals);
	}

	@Test
	void whenTheServerIsDownAtStartTheApplicationStartsAndFlagsAreSilentUntilItAnswers() {
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("shadow")));
		this.proxy.refuse();
		UnleashPhaseFlags flags = connectWithin(OPENING);
		assertThat(silence(flags)).contains("has not answered since the start", "Connection refused");
		CountDownLatch told = new CountDownLatch(1);
		flags.onChange(told::countDown);
		this.proxy.pass();
		awaitReading(flags, new Reading.Wanted(MigrationPhase.SHADOW, null));
		await().until(() -> told.getCount() == 0);
	}

	@Test
	void whenTheServerIsABlackHoleTheApplicationStartsAndFlagsAreSilentUntilItAnswers() {
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("shadow")));
		this.proxy.blackHole();
		UnleashPhaseFlags flags = connectWithin(OPENING);
		assertThat(silence(flags)).contains("has not answered since the start");
		await().until(() -> silence(flags).contains("timed out"));
		this.proxy.pass();
		awaitReading(flags, new Reading.Wanted(MigrationPhase.SHADOW, null));
	}

	@Test
	void whenTheServerIsSlowTheApplicationStartsAndTheAnswerCountsWhenItComes() {
		CountDownLatch latch = new CountDownLatch(1);
		this.server.serveAfter(latch, StubUnleash.flag(FLAG, StubUnleash.variant("shadow")));
		UnleashPhaseFlags flags = connectWithin(OPENING);
		assertThat(silence(flags)).contains("has not answered since the start");
		// longer than a poll takes to be due: fetches do not overlap
		await().pollDelay(Duration.ofSeconds(2)).until(() -> this.server.served() == 1);
		latch.countDown();
		awaitReading(flags, new Reading.Wanted(MigrationPhase.SHADOW, null));
	}

	@Test
	void whenTheServerFailsLaterFlagsGoOnSayingWhatTheySaid() {
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("shadow")));
		UnleashPhaseFlags flags = connect();
		Reading reading = flags.read(FLAG);
		AtomicInteger told = new AtomicInteger();
		flags.onChange(told::incrementAndGet);
		int accepted = this.proxy.accepted();
		this.proxy.reset();
		await().until(() -> this.proxy.accepted() > accepted + 2);
		assertThat(flags.read(FLAG)).isEqualTo(reading);
		assertThat(told).hasValue(0);
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("dual-write")));
		this.proxy.pass();
		awaitReading(flags, new Reading.Wanted(MigrationPhase.DUAL_WRITE, null));
	}

	@Test
	void anErrorStatusKeepsTheReadingAndDelaysNoPollAfterIt() {
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("shadow")));
		UnleashPhaseFlags flags = connect();
		Reading reading = flags.read(FLAG);
		this.server.serve(503, "{}");
		awaitPolls(4);
		assertThat(flags.read(FLAG)).isEqualTo(reading);
		this.server.serve(StubUnleash.flag(FLAG, false, 100));
		await().atMost(Duration.ofMillis(2500)).until(() -> flags.read(FLAG).equals(new Reading.Disabled()));
	}

	@Test
	void anErrorStatusAtStartIsInTheReason() {
		this.server.serve(401, "{}");
		assertThat(silence(connectWithin(OPENING))).contains("has not answered since the start", "401");
	}

	@Test
	void garbageIsNoAnswerAndKeepsTheReading() {
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("shadow")));
		UnleashPhaseFlags flags = connect();
		Reading reading = flags.read(FLAG);
		this.server.serve(200, "<html>Welcome to the hotel</html>");
		awaitPolls(2);
		assertThat(flags.read(FLAG)).isEqualTo(reading);
		assertThat(settings().backupFile()).content().contains("shadow");
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("dual-write")));
		awaitReading(flags, new Reading.Wanted(MigrationPhase.DUAL_WRITE, null));
	}

	@Test
	void garbageAtStartIsInTheReason() {
		this.server.serve(200, "<html>Welcome to the hotel</html>");
		assertThat(silence(connectWithin(OPENING))).contains("has not answered since the start", "not a set of flags");
	}

	@Test
	void anOlderPhaseInTheBackupFileIsToldButNotFollowed() throws IOException {
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("shadow")));
		UnleashConnection earlier = UnleashConnection.open(settings());
		await().until(() -> Files.exists(settings().backupFile()));
		earlier.close();
		assertThat(Files.readString(settings().backupFile())).contains("shadow");
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("cutover")));
		this.proxy.refuse();
		UnleashPhaseFlags flags = connect();
		assertThat(silence(flags)).contains("'shadow', may be old and is not followed");
		this.proxy.pass();
		awaitReading(flags, new Reading.Wanted(MigrationPhase.CUTOVER, null));
	}

	@Test
	void aBrokenBackupFileDoesNoHarm() throws IOException {
		Files.writeString(settings().backupFile(), "{\"version\": 2, \"feat");
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("shadow")));
		assertThat(connect().read(FLAG)).isEqualTo(new Reading.Wanted(MigrationPhase.SHADOW, null));
	}

	@Test
	void aBackupFileThatCannotBeWrittenDoesNoHarm() throws IOException {
		Files.createDirectory(settings().backupFile());
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("shadow")));
		UnleashPhaseFlags flags = connect();
		assertThat(flags.read(FLAG)).isEqualTo(new Reading.Wanted(MigrationPhase.SHADOW, null));
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("dual-write")));
		awaitReading(flags, new Reading.Wanted(MigrationPhase.DUAL_WRITE, null));
	}

	@Test
	void closingStopsPolling() {
		UnleashConnection connection = UnleashConnection.open(settings());
		await().until(() -> this.server.served() >= 2);
		connection.close();
		await().during(Duration.ofMillis(2500)).until(this.server::served, (served) -> served <= 3);
	}

	@Test
	void oneClientThatIsClosedStopsNoOther() {
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("shadow")));
		UnleashPhaseFlags flags = connect();
		UnleashConnection.open(settings()).close();
		flags.read(FLAG);
		this.server.serve(StubUnleash.flag(FLAG, StubUnleash.variant("dual-write")));
		awaitReading(flags, new Reading.Wanted(MigrationPhase.DUAL_WRITE, null));
	}

	private void awaitPolls(int count) {
		int before = this.server.served();
		await().pollInterval(Duration.ofMillis(20)).until(() -> this.server.served() >= before + count);
	}

	private static void awaitReading(UnleashPhaseFlags flags, Reading reading) {
		await().pollInterval(Duration.ofMillis(20)).until(() -> flags.read(FLAG).equals(reading));
	}

	private UnleashPhaseFlags connect() {
		UnleashConnection connection = closed(UnleashConnection.open(settings()));
		return closed(UnleashPhaseFlags.of(connection));
	}

	private UnleashPhaseFlags connectWithin(Duration limit) {
		long start = System.nanoTime();
		UnleashPhaseFlags flags = connect();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(limit);
		return flags;
	}

	private static String silence(UnleashPhaseFlags flags) {
		Reading reading = flags.read(FLAG);
		assertThat(reading).isInstanceOf(Reading.Silent.class);
		return ((Reading.Silent) reading).reason();
	}

	private UnleashClientSettings settings() {
		return settings("http://127.0.0.1:" + this.proxy.port() + "/api", this.appName);
	}

	private static UnleashClientSettings settings(String url, String appName) {
		return new UnleashClientSettings(url, StubUnleash.TOKEN, "development", Duration.ofSeconds(1), null, "default",
				appName, UUID.randomUUID().toString());
	}

	private <T extends AutoCloseable> T closed(T resource) {
		this.open.add(resource);
		return resource;
	}

}
