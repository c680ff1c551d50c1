package io.migration.unleash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

import io.getunleash.DefaultUnleash;
import io.getunleash.Unleash;
import io.getunleash.util.UnleashConfig;
import io.getunleash.util.UnleashScheduledExecutorImpl;
import io.migration.MigrationPhase;
import io.migration.phase.PhaseFlags.FlagConflictException;
import io.migration.phase.PhaseFlags.Reading;
import io.migration.test.PostgresServer;
import io.migration.test.UnleashServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Against the real server.
 */
@Tag("unleash")
class UnleashServerIntegrationTests {

	/** A poll each second, and time to answer. */
	private static final Duration A_FEW_POLLS = Duration.ofSeconds(4);

	private static UnleashServer server;

	private final String flag = "migration." + UUID.randomUUID();

	private UnleashConnection connection;

	private UnleashPhaseFlags flags;

	@BeforeAll
	static void startServer() {
		server = UnleashServer.start(PostgresServer.shared());
	}

	@AfterAll
	static void stopServer() throws IOException {
		server.close();
		Files.deleteIfExists(settings(null, UnleashServer.PROJECT).backupFile());
	}

	@BeforeEach
	void connect() {
		this.connection = UnleashConnection.open(settings(UnleashServer.ADMIN_TOKEN, UnleashServer.PROJECT));
		this.flags = UnleashPhaseFlags.of(this.connection);
	}

	@AfterEach
	void disconnect() {
		this.flags.close();
		this.connection.close();
	}

	@Test
	void aFlagIsReadFromTheStart() {
		server.createFlag(this.flag, "read-new", "{\"readShare\": 25}");
		try (UnleashConnection connection = UnleashConnection.open(settings(null, UnleashServer.PROJECT));
				UnleashPhaseFlags flags = UnleashPhaseFlags.of(connection)) {
			assertThat(flags.read(this.flag)).isEqualTo(new Reading.Wanted(MigrationPhase.READ_NEW, 25));
		}
	}

	@Test
	void missingOffOnAndArchivedAreToldApart() {
		assertThat(silence()).containsAnyOf("no such flag", "knows no flags at all");
		server.createFlag(this.flag);
		server.addStrategy(UnleashServer.ENVIRONMENT, this.flag, "shadow", null, 100);
		awaitReading(new Reading.Disabled());
		server.switchOn(this.flag);
		awaitReading(new Reading.Wanted(MigrationPhase.SHADOW, null));
		server.switchOff(this.flag);
		awaitReading(new Reading.Disabled());
		server.archive(this.flag);
		awaitSilence("no such flag");
	}

	@Test
	void aFlagThatIsOnInAnotherEnvironmentAloneIsOff() {
		server.createFlag(this.flag);
		server.addStrategy(UnleashServer.OTHER_ENVIRONMENT, this.flag, "shadow", null, 100);
		server.switchOn(UnleashServer.OTHER_ENVIRONMENT, this.flag);
		awaitReading(new Reading.Disabled());
	}

	@Test
	void aFlagWithoutVariantOrRolledOutToNobodyIsSilent() {
		server.createFlag(this.flag);
		// gets a strategy for everybody, without variant, by being switched on
		server.switchOn(this.flag);
		awaitSilence("has no variant");
		String other = this.flag + ".other";
		server.createFlag(other);
		server.addStrategy(UnleashServer.ENVIRONMENT, other, "shadow", null, 0);
		server.switchOn(other);
		await().atMost(A_FEW_POLLS)
			.until(() -> this.flags.read(other) instanceof Reading.Silent silent
					&& silent.reason().contains("not for this application"));
	}

	@Test
	void aChangeOfVariantAndPayloadIsSeenWithinAFewPolls() {
		server.createFlag(this.flag, "shadow", null);
		awaitReading(new Reading.Wanted(MigrationPhase.SHADOW, null));
		server.setVariant(this.flag, "read-new", "{\"readShare\": 5}");
		awaitReading(new Reading.Wanted(MigrationPhase.READ_NEW, 5));
		server.setVariant(this.flag, "read-new", "{\"readShare\": 50}");
		awaitReading(new Reading.Wanted(MigrationPhase.READ_NEW, 50));
		// the server itself refuses a payload that is not JSON
		server.setVariant(this.flag, "read-new", "[50]");
		awaitSilence("is not a JSON object");
		server.setVariant(this.flag, "read-newer", null);
		awaitSilence("'read-newer' is not a phase");
		server.setVariant(this.flag, "cutover", "{}");
		awaitReading(new Reading.Wanted(MigrationPhase.CUTOVER, null));
	}

	@Test
	void whatIsWrittenIsReadAndKeepsThePayload() {
		server.createFlag(this.flag, "dual-write", "{\"readShare\": 5}");
		this.flags.write(this.flag, MigrationPhase.DUAL_WRITE, MigrationPhase.READ_NEW);
		assertThat(server.strategies(this.flag)).hasSize(1);
		awaitReading(new Reading.Wanted(MigrationPhase.READ_NEW, 5));
	}

	@Test
	void aStaleWriteIsAConflict() {
		server.createFlag(this.flag, "shadow", null);
		this.flags.write(this.flag, MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE);
		assertThatExceptionOfType(FlagConflictException.class)
			.isThrownBy(() -> this.flags.write(this.flag, MigrationPhase.SHADOW, MigrationPhase.OFF))
			.withMessageContaining("says 'dual-write'");
		awaitReading(new Reading.Wanted(MigrationPhase.DUAL_WRITE, null));
	}

	@Test
	void aWriteThatLosesARaceIsAConflict() {
		server.createFlag(this.flag, "shadow", null);
		// what another operator changes between our look and our change
		try (ChangeInBetween between = new ChangeInBetween(server.port(),
				() -> server.setVariant(this.flag, "off", null))) {
			UnleashAdmin admin = new UnleashAdmin(
					new UnleashClientSettings(UnleashServer.urlAt(between.port()), null, UnleashServer.ENVIRONMENT,
							Duration.ofSeconds(1), UnleashServer.ADMIN_TOKEN, UnleashServer.PROJECT, "app", "app-1"),
					UnleashServer.ADMIN_TOKEN);
			assertThatExceptionOfType(FlagConflictException.class)
				.isThrownBy(() -> admin.write(this.flag, MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE))
				.withMessageContaining("at the same moment");
		}
		awaitReading(new Reading.Wanted(MigrationPhase.OFF, null));
	}

	@Test
	void theKillSwitchIsSeenAndNotWrittenOver() {
		server.createFlag(this.flag, "dual-write", null);
		awaitReading(new Reading.Wanted(MigrationPhase.DUAL_WRITE, null));
		server.switchOff(this.flag);
		awaitReading(new Reading.Disabled());
		assertThatIllegalStateException()
			.isThrownBy(() -> this.flags.write(this.flag, MigrationPhase.DUAL_WRITE, MigrationPhase.READ_NEW))
			.withMessageContaining("kill switch is on");
		server.switchOn(this.flag);
		awaitReading(new Reading.Wanted(MigrationPhase.DUAL_WRITE, null));
	}

	@Test
	void aWriteIsRefusedWithTheReason() {
		server.createFlag(this.flag, "shadow", null);
		assertWriteRefused(settings("*:*.wrong", UnleashServer.PROJECT), "status 401", "migration.unleash.admin.token");
		assertWriteRefused(settings(UnleashServer.CLIENT_TOKEN, UnleashServer.PROJECT), "status 403",
				"different token type");
		assertWriteRefused(settings(UnleashServer.ADMIN_TOKEN, "payments"), "status 404",
				"there's a feature with that name in project \"default\"");
		server.archive(this.flag);
		assertWriteRefused(settings(UnleashServer.ADMIN_TOKEN, UnleashServer.PROJECT), "status 404");
	}

	@Test
	void whileTheServerIsStoppedReadingsStayAndAfterARestartChangesAreSeen() {
		server.createFlag(this.flag, "shadow", null);
		awaitReading(new Reading.Wanted(MigrationPhase.SHADOW, null));
		server.stop();
		try {
			assertWriteRefused(settings(UnleashServer.ADMIN_TOKEN, UnleashServer.PROJECT), "cannot be reached");
			try (UnleashConnection late = UnleashConnection.open(settings(null, UnleashServer.PROJECT));
					UnleashPhaseFlags lateFlags = UnleashPhaseFlags.of(late)) {
				assertThat(lateFlags.read(this.flag)).isInstanceOf(Reading.Silent.class);
				assertThat(this.flags.read(this.flag)).isEqualTo(new Reading.Wanted(MigrationPhase.SHADOW, null));
				server.restart();
				await().atMost(A_FEW_POLLS)
					.until(() -> lateFlags.read(this.flag).equals(new Reading.Wanted(MigrationPhase.SHADOW, null)));
			}
		}
		finally {
			if (!server.isRunning()) {
				server.restart();
			}
		}
		server.setVariant(this.flag, "dual-write", null);
		awaitReading(new Reading.Wanted(MigrationPhase.DUAL_WRITE, null));
	}

	@Test
	void anApplicationsOwnClientWillDo(@TempDir Path directory) {
		server.createFlag(this.flag, "shadow", null);
		UnleashConfig config = UnleashConfig.builder()
			.appName("own")
			.instanceId(UUID.randomUUID().toString())
			.unleashAPI(server.url())
			.apiKey(UnleashServer.CLIENT_TOKEN)
			.fetchTogglesInterval(1)
			.synchronousFetchOnInitialisation(true)
			.backupFile(directory.resolve("backup.json").toString())
			.scheduledExecutor(new UnleashScheduledExecutorImpl())
			.build();
		Unleash unleash = new DefaultUnleash(config);
		try (UnleashPhaseFlags own = UnleashPhaseFlags.of(unleash,
				settings(UnleashServer.ADMIN_TOKEN, UnleashServer.PROJECT))) {
			assertThat(own.read(this.flag)).isEqualTo(new Reading.Wanted(MigrationPhase.SHADOW, null));
			own.write(this.flag, MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE);
			await().atMost(A_FEW_POLLS)
				.until(() -> own.read(this.flag).equals(new Reading.Wanted(MigrationPhase.DUAL_WRITE, null)));
			server.switchOff(this.flag);
			await().atMost(A_FEW_POLLS).until(() -> own.read(this.flag).equals(new Reading.Disabled()));
		}
		finally {
			unleash.shutdown();
		}
	}

	private void assertWriteRefused(UnleashClientSettings settings, String... message) {
		UnleashAdmin admin = new UnleashAdmin(settings, String.valueOf(settings.adminToken()));
		assertThatIllegalStateException()
			.isThrownBy(() -> admin.write(this.flag, MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(message)
				.doesNotContain(String.valueOf(settings.adminToken())));
	}

	private String silence() {
		Reading reading = this.flags.read(this.flag);
		assertThat(reading).isInstanceOf(Reading.Silent.class);
		return ((Reading.Silent) reading).reason();
	}

	private void awaitReading(Reading reading) {
		await().pollInterval(Duration.ofMillis(20))
			.atMost(A_FEW_POLLS)
			.until(() -> this.flags.read(this.flag), reading::equals);
	}

	private void awaitSilence(String reason) {
		await().pollInterval(Duration.ofMillis(20))
			.atMost(A_FEW_POLLS)
			.until(() -> this.flags.read(this.flag),
					(reading) -> reading instanceof Reading.Silent silent && silent.reason().contains(reason));
	}

	private static UnleashClientSettings settings(@Nullable String adminToken, String project) {
		return new UnleashClientSettings(server.url(), UnleashServer.CLIENT_TOKEN, UnleashServer.ENVIRONMENT,
				Duration.ofSeconds(1), adminToken, project, "server-test", UUID.randomUUID().toString());
	}

}
