package io.migration.phase;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import io.migration.MigrationPhase;
import io.migration.Side;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What every {@link Ledger} promises. Extended by the tests of each store.
 */
public abstract class LedgerContract {

	private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678Z");

	private static final int THREADS = 8;

	private final String migration = "contract-" + UUID.randomUUID();

	/**
	 * Open a ledger in the store under test. Two of the same name are two clients of one
	 * ledger.
	 * @param migration the migration's name
	 * @return the ledger
	 */
	protected abstract Ledger ledger(String migration);

	private Ledger ledger() {
		return ledger(this.migration);
	}

	@Test
	void aLedgerBeginsEmpty() {
		Ledger ledger = ledger();
		assertThat(ledger.read()).isNull();
		assertThat(ledger.instances()).isEmpty();
		assertThat(ledger.history()).isEmpty();
		assertThat(ledger.mark()).isNull();
	}

	@Test
	void theFirstToJoinCreatesTheRecord() {
		LedgerRecord first = first("pair");
		assertThat(ledger().join(instance("one"), first)).isEqualTo(first);
		assertThat(ledger().read()).isEqualTo(first);
		assertThat(ids(ledger())).containsExactly("one");
		assertThat(ledger().history()).isEmpty();
	}

	@Test
	void whoJoinsLaterReadsTheRecordThatIsThere() {
		LedgerRecord first = first("pair");
		ledger().join(instance("one"), first);
		assertThat(ledger().join(instance("two"), first("another pair"))).isEqualTo(first);
		assertThat(ids(ledger())).containsExactlyInAnyOrder("one", "two");
	}

	@Test
	void whoJoinsTwiceStandsThereOnce() {
		ledger().join(instance("one"), first("pair"));
		ledger().heartbeat(new FleetInstance("one", "host", 7, Duration.ZERO));
		ledger().join(instance("one"), first("pair"));
		assertThat(ledger().instances()).singleElement().extracting(FleetInstance::applied).isEqualTo(0L);
	}

	@Test
	void whenManyAreTheFirstToJoinOneRecordIsCreated() {
		List<LedgerRecord> joined = atOnce(THREADS,
				(thread) -> () -> ledger().join(instance("instance-" + thread), first("pair-" + thread)));
		assertThat(Set.copyOf(joined)).singleElement().isEqualTo(ledger().read());
		assertThat(ledger().instances()).hasSize(THREADS);
	}

	@Test
	void aRecordIsReadAsItWasWritten() {
		ledger().join(instance("one"), first("pair"));
		LedgerRecord bare = new LedgerRecord("pair", MigrationPhase.OFF, Side.SOURCE, 1, 2, Stage.OPEN,
				MigrationPhase.OFF, null, null, TIME, null);
		assertThat(ledger().compareAndSet(1, bare, null)).isTrue();
		assertThat(ledger().read()).isEqualTo(bare);
		LedgerRecord full = new LedgerRecord("pair", MigrationPhase.READ_NEW, Side.SOURCE, 4, 3, Stage.SWAPPING,
				MigrationPhase.CUTOVER, TIME.plusSeconds(10),
				new DesiredPhase(MigrationPhase.CUTOVER, "Zoë", "it's \"time\"; 時間\n🕐", true), TIME.minusMillis(1),
				TIME.minusSeconds(86400));
		assertThat(ledger().compareAndSet(2, full, null)).isTrue();
		assertThat(ledger().read()).isEqualTo(full);
		LedgerRecord withoutReason = full.withDesired(new DesiredPhase(MigrationPhase.OFF, "property", null, false));
		assertThat(ledger().compareAndSet(3, withoutReason, null)).isTrue();
		assertThat(ledger().read()).isEqualTo(withoutReason);
		LedgerRecord calledOff = withoutReason.withStage(Stage.OPEN, MigrationPhase.READ_NEW, null)
			.withJournalingSince(null);
		assertThat(ledger().compareAndSet(4, calledOff, null)).isTrue();
		assertThat(ledger().read()).isEqualTo(calledOff);
	}

	@Test
	void aChangeBasedOnAStaleRevisionIsRefused() {
		LedgerRecord first = first("pair");
		ledger().join(instance("one"), first);
		LedgerRecord second = first.entered(MigrationPhase.SHADOW, TIME);
		PhaseChange change = change(first, second, "one");
		assertThat(ledger().compareAndSet(1, second, change)).isTrue();
		LedgerRecord other = first.entered(MigrationPhase.SHADOW, TIME.plusSeconds(1));
		assertThat(ledger().compareAndSet(1, other, change(first, other, "two"))).isFalse();
		assertThat(ledger().compareAndSet(3, other, change(first, other, "three"))).isFalse();
		assertThat(ledger().read()).isEqualTo(second);
		assertThat(ledger().history()).containsExactly(change);
	}

	@Test
	void aChangeOfNothingIsRefused() {
		assertThat(ledger().compareAndSet(1, first("pair"), null)).isFalse();
		assertThat(ledger().compareAndSet(0, first("pair"), null)).isFalse();
		assertThat(ledger().read()).isNull();
	}

	@Test
	void ofManyWhoChangeARevisionOneWins() {
		int changes = 60;
		ledger().join(instance("one"), first("pair"));
		List<Set<Long>> wins = atOnce(THREADS, (thread) -> () -> {
			Ledger ledger = ledger();
			Set<Long> won = new TreeSet<>();
			LedgerRecord now = ledger.read();
			while (now.revision() <= changes) {
				LedgerRecord next = now
					.entered((now.phase() == MigrationPhase.OFF) ? MigrationPhase.SHADOW : MigrationPhase.OFF, TIME);
				if (ledger.compareAndSet(now.revision(), next, change(now, next, "thread-" + thread))) {
					won.add(next.epoch());
				}
				now = ledger.read();
			}
			return won;
		});
		List<Long> epochs = IntStream.rangeClosed(2, changes + 1).mapToObj(Long::valueOf).toList();
		assertThat(wins.stream().flatMap(Set::stream).sorted()).containsExactlyElementsOf(epochs);
		List<PhaseChange> history = ledger().history();
		assertThat(history).hasSize(changes);
		for (PhaseChange change : history) {
			int winner = Integer.parseInt(change.by().substring("thread-".length()));
			assertThat(wins.get(winner)).contains(change.epoch());
		}
	}

	@Test
	void whoJoinsDuringAStepIsSeenOrSeesTheStep() {
		ledger().join(instance("walker"), first("pair"));
		Ledger ledger = ledger();
		Race race = new Race((instance) -> ledger.join(instance, first("unused")), ledger());
		race.runUntilBothOrdersWereSeen();
		assertThat(race.missed).isZero();
	}

	@Test
	void whoWouldReadFirstAndRegisterAfterwardsIsMissed() {
		ledger().join(instance("walker"), first("pair"));
		Ledger ledger = ledger();
		Race race = new Race((instance) -> {
			LedgerRecord record = ledger.read();
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
			ledger.heartbeat(instance);
			return record;
		}, ledger());
		race.runUntilBothOrdersWereSeen();
		assertThat(race.missed).isPositive();
	}

	@Test
	void theHistoryHasTheLatestFirst() {
		LedgerRecord now = first("pair");
		ledger().join(instance("one"), now);
		List<PhaseChange> expected = new ArrayList<>();
		for (MigrationPhase to : List.of(MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE, MigrationPhase.SHADOW)) {
			LedgerRecord staged = now.withStage(Stage.OPEN, to, null);
			assertThat(ledger().compareAndSet(now.revision(), staged, null)).isTrue();
			LedgerRecord next = staged.entered(to, now.since().plusSeconds(1));
			PhaseChange change = new PhaseChange(now.phase(), to, next.epoch(), next.since(), "O'Neil|ops",
					(to != MigrationPhase.SHADOW) ? "be|cause,\t\"of\"\n時間" : null);
			assertThat(ledger().compareAndSet(staged.revision(), next, change)).isTrue();
			expected.add(0, change);
			now = next;
		}
		assertThat(ledger().history()).isEqualTo(expected);
	}

	@Test
	void aLongHistoryKeepsItsOrder() {
		LedgerRecord now = first("pair");
		ledger().join(instance("one"), now);
		for (int i = 0; i < 12; i++) {
			LedgerRecord next = now.entered((i % 2 == 0) ? MigrationPhase.SHADOW : MigrationPhase.OFF, TIME);
			ledger().compareAndSet(now.revision(), next, change(now, next, "one"));
			now = next;
		}
		assertThat(ledger().history()).extracting(PhaseChange::epoch)
			.containsExactly(13L, 12L, 11L, 10L, 9L, 8L, 7L, 6L, 5L, 4L, 3L, 2L);
	}

	@Test
	void whatAnotherStoreCommittedIsInstalledWithItsHistory() {
		LedgerRecord committed = cutover("pair", 5, 20);
		List<PhaseChange> history = historyUpTo(5);
		ledger().install(committed, history);
		assertThat(ledger().read()).isEqualTo(committed);
		assertThat(ledger().history()).isEqualTo(history);
		assertThat(ledger().join(instance("one"), first("pair"))).isEqualTo(committed);
		LedgerRecord next = committed.entered(MigrationPhase.READ_NEW, TIME);
		assertThat(ledger().compareAndSet(20, next, change(committed, next, "one"))).isTrue();
		assertThat(ledger().history()).hasSize(5).element(0).isEqualTo(change(committed, next, "one"));
	}

	@Test
	void aLaterEpochReplacesRecordAndHistoryButNotTheFleet() {
		ledger().install(cutover("pair", 5, 20), historyUpTo(5));
		ledger().heartbeat(instance("one"));
		LedgerRecord later = cutover("pair", 9, 31);
		ledger().install(later, historyUpTo(9));
		assertThat(ledger().read()).isEqualTo(later);
		assertThat(ledger().history()).isEqualTo(historyUpTo(9));
		assertThat(ids(ledger())).containsExactly("one");
	}

	@Test
	void anEpochThatIsNotLaterIsNotInstalled() {
		LedgerRecord committed = cutover("pair", 5, 20);
		ledger().install(committed, historyUpTo(5));
		LedgerRecord walkedOn = committed.withStage(Stage.CLOSING, MigrationPhase.READ_NEW, TIME);
		assertThat(ledger().compareAndSet(20, walkedOn, null)).isTrue();
		ledger().install(committed, List.of());
		ledger().install(cutover("pair", 4, 99), List.of());
		assertThat(ledger().read()).isEqualTo(walkedOn);
		assertThat(ledger().history()).isEqualTo(historyUpTo(5));
	}

	@Test
	void whenManyInstallAtOnceNothingIsTorn() {
		atOnce(THREADS, (thread) -> () -> {
			ledger().install(cutover("pair", 5 + thread, 20 + thread), historyUpTo(5 + thread));
			return thread;
		});
		int latest = 5 + THREADS - 1;
		assertThat(ledger().read()).isEqualTo(cutover("pair", latest, 20 + THREADS - 1));
		assertThat(ledger().history()).isEqualTo(historyUpTo(latest));
	}

	@Test
	void aHeartbeatSaysWhichRevisionIsApplied() {
		ledger().join(instance("one"), first("pair"));
		ledger().heartbeat(new FleetInstance("one", "host", 3, Duration.ofDays(1)));
		assertThat(ledger().instances()).singleElement().satisfies((instance) -> {
			assertThat(instance.id()).isEqualTo("one");
			assertThat(instance.host()).isEqualTo("host");
			assertThat(instance.applied()).isEqualTo(3);
			assertThat(instance.silence()).isLessThan(Duration.ofMinutes(1));
		});
	}

	@Test
	void silenceGrowsUntilTheNextHeartbeat() {
		ledger().join(instance("one"), first("pair"));
		Duration silent = Duration.ofMillis(300);
		await().until(() -> ledger().instances().get(0).silence().compareTo(silent) > 0);
		ledger().heartbeat(instance("two"));
		assertThat(ledger().instances()).filteredOn("id", "one")
			.singleElement()
			.satisfies((instance) -> assertThat(instance.silence()).isGreaterThan(silent));
		await().untilAsserted(() -> {
			ledger().heartbeat(instance("one"));
			assertThat(ledger().instances()).filteredOn("id", "one")
				.singleElement()
				.satisfies((instance) -> assertThat(instance.silence()).isBetween(Duration.ZERO, silent));
		});
	}

	@Test
	void aHeartbeatRegistersWhoIsNotThere() {
		ledger().heartbeat(instance("one"));
		assertThat(ids(ledger())).containsExactly("one");
		assertThat(ledger().read()).isNull();
	}

	@Test
	void anInstanceIsRemovedOnce() {
		ledger().join(instance("one"), first("pair"));
		ledger().join(instance("two"), first("pair"));
		assertThat(ledger().remove("one")).isTrue();
		assertThat(ledger().remove("one")).isFalse();
		assertThat(ledger().remove("nobody")).isFalse();
		assertThat(ids(ledger())).containsExactly("two");
		ledger().heartbeat(instance("one"));
		assertThat(ids(ledger())).containsExactlyInAnyOrder("one", "two");
	}

	@Test
	void theStoreKeepsItsMark() {
		ledger().mark(new Ledger.StoreMark("pair", Side.TARGET));
		assertThat(ledger().mark()).isEqualTo(new Ledger.StoreMark("pair", Side.TARGET));
		assertThat(ledger().read()).isNull();
		ledger().mark(new Ledger.StoreMark("pair", Side.TARGET));
		ledger().mark(new Ledger.StoreMark("other", Side.SOURCE));
		assertThat(ledger().mark()).isEqualTo(new Ledger.StoreMark("other", Side.SOURCE));
	}

	@Test
	void migrationsInOneStoreAreApart() {
		Ledger other = ledger(this.migration + "-other");
		ledger().join(instance("one"), first("pair"));
		ledger().mark(new Ledger.StoreMark("pair", Side.SOURCE));
		LedgerRecord next = first("pair").entered(MigrationPhase.SHADOW, TIME);
		ledger().compareAndSet(1, next, change(first("pair"), next, "one"));
		assertThat(other.read()).isNull();
		assertThat(other.mark()).isNull();
		assertThat(other.instances()).isEmpty();
		assertThat(other.history()).isEmpty();
		assertThat(other.compareAndSet(2, next, null)).isFalse();
		assertThat(other.remove("one")).isFalse();
		assertThat(other.join(instance("one"), first("other pair"))).isEqualTo(first("other pair"));
		assertThat(ledger().read()).isEqualTo(next);
		assertThat(ledger().history()).hasSize(1);
	}

	private static LedgerRecord first(String pair) {
		return LedgerRecord.first(pair, new DesiredPhase(MigrationPhase.SHADOW, "property", null, false), TIME);
	}

	private static LedgerRecord cutover(String pair, long epoch, long revision) {
		return new LedgerRecord(pair, MigrationPhase.CUTOVER, Side.TARGET, epoch, revision, Stage.OPEN,
				MigrationPhase.CUTOVER, null, null, TIME, TIME);
	}

	private static List<PhaseChange> historyUpTo(long epoch) {
		List<PhaseChange> history = new ArrayList<>();
		for (long each = epoch; each > 1; each--) {
			history.add(new PhaseChange(MigrationPhase.READ_NEW, MigrationPhase.CUTOVER, each, TIME.plusSeconds(each),
					"epoch " + epoch, null));
		}
		return history;
	}

	private static PhaseChange change(LedgerRecord from, LedgerRecord to, String by) {
		return new PhaseChange(from.phase(), to.phase(), to.epoch(), to.since(), by, null);
	}

	private static FleetInstance instance(String id) {
		return new FleetInstance(id, "host", 0, Duration.ZERO);
	}

	private static List<String> ids(Ledger ledger) {
		return ledger.instances().stream().map(FleetInstance::id).toList();
	}

	private static <T> List<T> atOnce(int threads, IntFunction<Callable<T>> task) {
		CyclicBarrier start = new CyclicBarrier(threads);
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			List<Future<T>> futures = IntStream.range(0, threads).mapToObj((thread) -> executor.submit(() -> {
				Callable<T> call = task.apply(thread);
				start.await(30, TimeUnit.SECONDS);
				return call.call();
			})).toList();
			List<T> results = new ArrayList<>();
			for (Future<T> future : futures) {
				results.add(future.get(60, TimeUnit.SECONDS));
			}
			return results;
		}
		catch (InterruptedException | ExecutionException | TimeoutException ex) {
			throw new AssertionError(ex);
		}
		finally {
			executor.shutdownNow();
		}
	}

	/**
	 * An instance joins while another one takes a step and then looks who has to follow
	 * it. Each round shifts the two against each other.
	 */
	private static final class Race {

		private static final int EACH_ORDER = 20;

		private static final int ROUNDS = 3000;

		private static final AtomicInteger joiners = new AtomicInteger();

		private final Function<FleetInstance, LedgerRecord> joiner;

		private final Ledger walker;

		private int joinedBefore;

		private int joinedAfter;

		/** The joiner follows the old record, and the walker does not wait for it. */
		private int missed;

		Race(Function<FleetInstance, LedgerRecord> joiner, Ledger walker) {
			this.joiner = joiner;
			this.walker = walker;
		}

		void runUntilBothOrdersWereSeen() {
			for (int i = 0; i < ROUNDS && this.missed == 0; i++) {
				if (this.joinedBefore >= EACH_ORDER && this.joinedAfter >= EACH_ORDER) {
					return;
				}
				round();
			}
			assertThat(this.missed > 0 || this.joinedBefore > 0 && this.joinedAfter > 0)
				.as("the race was provoked: joined before the step %d times, after it %d times", this.joinedBefore,
						this.joinedAfter)
				.isTrue();
		}

		private void round() {
			String id = "joiner-" + joiners.incrementAndGet();
			LedgerRecord before = this.walker.read();
			LedgerRecord after = before.withStage(Stage.OPEN, before.phase(), null);
			int shift = ThreadLocalRandom.current().nextInt(-1_000_000, 1_000_000);
			List<Object> results = atOnce(2, (thread) -> () -> {
				LockSupport.parkNanos((thread == 0) ? shift : -shift);
				if (thread == 0) {
					return this.joiner.apply(instance(id));
				}
				assertThat(this.walker.compareAndSet(before.revision(), after, null)).isTrue();
				return ids(this.walker);
			});
			boolean readOld = ((LedgerRecord) results.get(0)).revision() < after.revision();
			boolean seen = ((List<?>) results.get(1)).contains(id);
			if (readOld) {
				this.joinedBefore++;
				this.missed += seen ? 0 : 1;
			}
			else {
				this.joinedAfter++;
			}
			this.walker.remove(id);
		}

	}

}
