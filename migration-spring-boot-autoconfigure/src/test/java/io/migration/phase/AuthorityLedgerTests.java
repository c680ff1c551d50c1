package io.migration.phase;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import io.migration.MigrationException;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.phase.Ledger.StoreMark;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests for {@link AuthorityLedger}.
 */
class AuthorityLedgerTests {

	private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

	private final InMemoryLedger source = new InMemoryLedger("tokens");

	private final InMemoryLedger target = new InMemoryLedger("tokens");

	private int targetAskedFor;

	/** An instance that has followed everything from the beginning. */
	private final AuthorityLedger veteran = instance();

	private AuthorityLedger instance() {
		return new AuthorityLedger("tokens", this.source, () -> {
			this.targetAskedFor++;
			return this.target;
		});
	}

	private AuthorityLedger instance(Ledger source, Ledger target) {
		return new AuthorityLedger("tokens", source, () -> target);
	}

	@Test
	void theFirstStartIsInOffAndMarksSource() {
		DesiredPhase desired = new DesiredPhase(MigrationPhase.SHADOW, "property", null, false);
		LedgerRecord record = instance().join(self("one"), desired);
		assertThat(record.phase()).isEqualTo(MigrationPhase.OFF);
		assertThat(record.desired()).isEqualTo(desired);
		assertThat(this.source.read()).isEqualTo(record);
		assertThat(this.source.mark()).isEqualTo(new StoreMark(record.pair(), Side.SOURCE));
		assertThat(ids(this.source)).containsExactly("one");
	}

	@Test
	void onceSourceHasARecordTargetIsNotAskedForBeforeCutover() {
		walkTo(MigrationPhase.SHADOW);
		this.targetAskedFor = 0;
		instance().join(self("two"), null);
		this.veteran.read();
		assertThat(this.targetAskedFor).isZero();
	}

	@Test
	void aLaterStartFollowsTheRecordAndNotTheProperty() {
		LedgerRecord record = walkTo(MigrationPhase.DUAL_WRITE);
		assertThat(instance().join(self("two"), new DesiredPhase(MigrationPhase.OFF, "property", null, false)))
			.isEqualTo(record);
	}

	@Test
	void aStartAfterCutoverFollowsAuthorityToTarget() {
		LedgerRecord record = walkTo(MigrationPhase.CUTOVER);
		AuthorityLedger newcomer = instance();
		assertThat(newcomer.join(self("two"), null)).isEqualTo(record);
		assertThat(newcomer.authorityLedger()).isSameAs(this.target);
		assertThat(ids(this.target)).contains("two");
		LedgerRecord next = record.withJournalingSince(TIME);
		assertThat(newcomer.compareAndSet(record, next, null)).isTrue();
		assertThat(this.target.read()).isEqualTo(next);
	}

	@Test
	void aStartAfterTheWayBackStaysAtSource() {
		walkTo(MigrationPhase.CUTOVER);
		LedgerRecord record = step(MigrationPhase.READ_NEW);
		AuthorityLedger newcomer = instance();
		assertThat(newcomer.join(self("two"), null)).isEqualTo(record);
		assertThat(newcomer.authorityLedger()).isSameAs(this.source);
	}

	@Test
	void whoReadsAtTheOutgoingSideFollowsAuthority() {
		walkTo(MigrationPhase.READ_NEW);
		AuthorityLedger other = instance();
		other.join(self("two"), null);
		LedgerRecord record = step(MigrationPhase.CUTOVER);
		assertThat(other.authorityLedger()).isSameAs(this.source);
		assertThat(other.read()).isEqualTo(record);
		assertThat(other.authorityLedger()).isSameAs(this.target);
		LedgerRecord back = step(MigrationPhase.READ_NEW);
		assertThat(other.read()).isEqualTo(back);
		assertThat(other.authorityLedger()).isSameAs(this.source);
	}

	@Test
	void authorityMovesWithItsHistory() {
		walkTo(MigrationPhase.CUTOVER);
		assertThat(this.target.history()).extracting(PhaseChange::to)
			.containsExactly(MigrationPhase.CUTOVER, MigrationPhase.READ_NEW, MigrationPhase.DUAL_WRITE,
					MigrationPhase.SHADOW);
		step(MigrationPhase.READ_NEW);
		assertThat(this.source.history()).hasSize(5).isEqualTo(this.target.history());
	}

	@Test
	void ofTwoWhoMoveAuthorityOneSucceeds() {
		LedgerRecord record = walkTo(MigrationPhase.READ_NEW);
		AuthorityLedger other = instance();
		other.join(self("two"), null);
		LedgerRecord next = step(MigrationPhase.CUTOVER);
		LedgerRecord late = record.withStage(Stage.OPEN, MigrationPhase.READ_NEW, null);
		assertThat(other.compareAndSet(record, late, null)).isFalse();
		assertThat(other.read()).isEqualTo(next);
	}

	@ParameterizedTest
	@EnumSource(Reader.class)
	void whatACoordinatorLeftUndoneOnTheWayOutIsFinishedByTheNextReader(Reader reader) {
		walkTo(MigrationPhase.READ_NEW);
		AuthorityLedger survivor = instance();
		survivor.join(self("survivor"), null);
		LedgerRecord committed = commitAndDie(MigrationPhase.CUTOVER);
		assertThat(this.target.read()).isNull();
		assertThat(reader.read(survivor, instance())).isEqualTo(committed);
		assertThat(this.target.read()).isEqualTo(committed);
		assertThat(this.target.history()).isEqualTo(this.source.history());
	}

	@ParameterizedTest
	@EnumSource(Reader.class)
	void whatACoordinatorLeftUndoneOnTheWayBackIsFinishedByTheNextReader(Reader reader) {
		walkTo(MigrationPhase.CUTOVER);
		AuthorityLedger survivor = instance();
		survivor.join(self("survivor"), null);
		LedgerRecord committed = commitAndDie(MigrationPhase.READ_NEW);
		assertThat(this.source.read()).isNotEqualTo(committed);
		assertThat(reader.read(survivor, instance())).isEqualTo(committed);
		assertThat(this.source.read()).isEqualTo(committed);
		assertThat(this.source.history()).isEqualTo(this.target.history());
	}

	@Test
	void whoMissedAWholeWayOutAndTheCrashOnTheWayBackCatchesUp() {
		walkTo(MigrationPhase.READ_NEW);
		AuthorityLedger slow = instance();
		slow.join(self("slow"), null);
		step(MigrationPhase.CUTOVER);
		LedgerRecord committed = commitAndDie(MigrationPhase.READ_NEW);
		assertThat(slow.read()).isEqualTo(committed);
		assertThat(slow.authorityLedger()).isSameAs(this.source);
		assertThat(this.source.read()).isEqualTo(committed);
	}

	@Test
	void whenTheIncomingSideGoesDownAfterTheCommitTheNextReadFinishes() {
		LedgerRecord record = walkTo(MigrationPhase.READ_NEW);
		LedgerRecord next = record.entered(MigrationPhase.CUTOVER, TIME);
		this.target.available(false);
		assertThatExceptionOfType(LedgerUnavailableException.class)
			.isThrownBy(() -> this.veteran.compareAndSet(record, next, change(record, next)));
		assertThatExceptionOfType(LedgerUnavailableException.class).isThrownBy(this.veteran::read);
		this.target.available(true);
		assertThat(this.veteran.read()).isEqualTo(next);
		assertThat(this.target.read()).isEqualTo(next);
	}

	@Test
	void whatTheIncomingSideHasDoneSinceIsNotUndoneByALateCopy() {
		walkTo(MigrationPhase.READ_NEW);
		AuthorityLedger slow = instance();
		slow.join(self("slow"), null);
		LedgerRecord record = step(MigrationPhase.CUTOVER);
		LedgerRecord walkedOn = record.withStage(Stage.CLOSING, MigrationPhase.READ_NEW, TIME);
		assertThat(this.veteran.compareAndSet(record, walkedOn, null)).isTrue();
		assertThat(slow.read()).isEqualTo(walkedOn);
		assertThat(instance().join(self("two"), null)).isEqualTo(walkedOn);
	}

	@ParameterizedTest
	@EnumSource(names = { "CUTOVER", "READ_NEW" })
	void theFleetMovesWithAuthority(MigrationPhase to) {
		LedgerRecord record = walkTo((to == MigrationPhase.CUTOVER) ? MigrationPhase.READ_NEW : MigrationPhase.CUTOVER);
		Ledger outgoing = this.veteran.authorityLedger();
		outgoing.heartbeat(new FleetInstance("parked", "host", record.revision(), Duration.ZERO));
		outgoing.heartbeat(new FleetInstance("newcomer", "host", 0, Duration.ZERO));
		outgoing.heartbeat(new FleetInstance("dead", "host", 1, Duration.ZERO));
		outgoing.heartbeat(new FleetInstance("stillborn", "host", 0, Duration.ZERO));
		((InMemoryLedger) outgoing).silence("stillborn", Duration.ofHours(1));
		step(to);
		assertThat(this.veteran.authorityLedger()).isNotSameAs(outgoing);
		List<FleetInstance> live = this.veteran.authorityLedger()
			.instances()
			.stream()
			.filter((instance) -> instance.silence().compareTo(Duration.ofSeconds(30)) < 0)
			.toList();
		assertThat(live).extracting(FleetInstance::id, FleetInstance::applied)
			.contains(tuple("parked", record.revision()), tuple("newcomer", 0L));
		assertThat(live).extracting(FleetInstance::id).doesNotContain("dead", "stillborn");
	}

	@Test
	void swappedStoresAreRefusedBeforeCutover() {
		walkTo(MigrationPhase.SHADOW);
		refused(instance(this.target, this.source)).withMessageContaining("swapped");
		assertThat(this.target.read()).isNull();
		assertThat(ids(this.target)).isEmpty();
	}

	@Test
	void swappedStoresAreRefusedAfterCutover() {
		walkTo(MigrationPhase.CUTOVER);
		refused(instance(this.target, this.source)).withMessageContaining("swapped");
	}

	@Test
	void swappedStoresAreRefusedAfterTheWayBack() {
		walkTo(MigrationPhase.CUTOVER);
		step(MigrationPhase.READ_NEW);
		step(MigrationPhase.DUAL_WRITE);
		refused(instance(this.target, this.source)).withMessageContaining("swapped");
	}

	@Test
	void aTargetThatIsNotMarkedIsNotMadeTheAuthority() {
		walkTo(MigrationPhase.CUTOVER);
		InMemoryLedger empty = new InMemoryLedger("tokens");
		refused(instance(this.source, empty)).withMessageContaining("not marked");
		assertThat(empty.read()).isNull();
		assertThat(empty.mark()).isNull();
	}

	@Test
	void theTargetOfAnotherPairIsNotMadeTheAuthority() {
		walkTo(MigrationPhase.CUTOVER);
		InMemoryLedger foreign = new InMemoryLedger("tokens");
		foreign.mark(new StoreMark("another pair", Side.TARGET));
		refused(instance(this.source, foreign)).withMessageContaining("another pair");
		assertThat(foreign.read()).isNull();
		LedgerRecord theirs = new LedgerRecord("another pair", MigrationPhase.CUTOVER, Side.TARGET, 9, 99, Stage.OPEN,
				MigrationPhase.CUTOVER, null, null, TIME, TIME);
		foreign.install(theirs, List.of());
		refused(instance(this.source, foreign)).withMessageContaining("another pair");
		assertThat(ids(foreign)).isEmpty();
	}

	@Test
	void whenNeitherSideNamesItselfTheErrorSaysSo() {
		LedgerRecord record = walkTo(MigrationPhase.READ_NEW);
		commitAndDie(MigrationPhase.CUTOVER);
		LedgerRecord elsewhere = new LedgerRecord(record.pair(), MigrationPhase.READ_NEW, Side.SOURCE,
				record.epoch() + 1, 99, Stage.OPEN, MigrationPhase.READ_NEW, null, null, TIME, TIME);
		this.target.install(elsewhere, List.of());
		refused(instance()).withMessageContaining("neither side names itself");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.veteran::read)
			.withMessageContaining("neither side names itself");
	}

	@Test
	void aSourceThatLostItsRecordDoesNotBeginAnew() {
		walkTo(MigrationPhase.SHADOW);
		InMemoryLedger lost = new InMemoryLedger("tokens");
		lost.mark(this.source.mark());
		refused(instance(lost, this.target)).withMessageContaining("vanished");
		assertThat(lost.read()).isNull();
	}

	@Test
	void aSourceThatLostEverythingDoesNotBeginAnewWhileTargetIsTheAuthority() {
		walkTo(MigrationPhase.CUTOVER);
		InMemoryLedger replaced = new InMemoryLedger("tokens");
		refused(instance(replaced, this.target)).withMessageContaining("target has authority");
		assertThat(replaced.read()).isNull();
		assertThat(replaced.mark()).isNull();
	}

	@Test
	void theFirstStartDoesNotNeedTarget() {
		this.target.available(false);
		assertThat(instance().join(self("one"), null).phase()).isEqualTo(MigrationPhase.OFF);
	}

	@Test
	void whenTheLedgerVanishesTheErrorSaysSo() {
		walkTo(MigrationPhase.CUTOVER);
		InMemoryLedger flushed = new InMemoryLedger("tokens");
		AtomicReference<Ledger> onTarget = new AtomicReference<>(this.target);
		AuthorityLedger running = new AuthorityLedger("tokens", this.source, onTarget::get);
		running.join(self("two"), null);
		onTarget.set(flushed);
		assertThatExceptionOfType(MigrationException.class).isThrownBy(running::read)
			.withMessageContaining("vanished from target");
	}

	@Test
	void whenSourceIsDownAndTargetIsTheAuthorityAStartSucceeds() {
		LedgerRecord record = walkTo(MigrationPhase.CUTOVER);
		this.source.available(false);
		AuthorityLedger newcomer = instance();
		assertThat(newcomer.join(self("two"), null)).isEqualTo(record);
		assertThat(newcomer.authorityLedger()).isSameAs(this.target);
		assertThat(newcomer.read()).isEqualTo(record);
		assertThat(ids(this.target)).contains("two");
	}

	@ParameterizedTest
	@EnumSource(names = { "SHADOW", "READ_NEW" })
	void whenSourceIsDownAndIsTheAuthorityAStartIsRefused(MigrationPhase phase) {
		walkTo(phase);
		this.source.available(false);
		assertThatExceptionOfType(LedgerUnavailableException.class)
			.isThrownBy(() -> instance().join(self("two"), null));
		assertThat(ids(this.target)).doesNotContain("two");
	}

	@Test
	void whenSourceIsDownAfterTheWayBackAStartIsRefused() {
		walkTo(MigrationPhase.CUTOVER);
		step(MigrationPhase.READ_NEW);
		this.source.available(false);
		assertThatExceptionOfType(LedgerUnavailableException.class)
			.isThrownBy(() -> instance().join(self("two"), null));
	}

	@Test
	void whenBothAreDownTheErrorIsThatOfSource() {
		walkTo(MigrationPhase.CUTOVER);
		this.source.available(false);
		this.target.available(false);
		LedgerUnavailableException refusal = catchThrowableOfType(LedgerUnavailableException.class,
				() -> instance().join(self("two"), null));
		assertThat(refusal.getSuppressed()).hasSize(1);
	}

	@Test
	void whenTargetIsDownAndIsTheAuthorityAStartIsRefused() {
		walkTo(MigrationPhase.CUTOVER);
		this.target.available(false);
		assertThatExceptionOfType(LedgerUnavailableException.class)
			.isThrownBy(() -> instance().join(self("two"), null));
	}

	@Test
	void theIncomingSideHasToBeTheOtherHalf() {
		LedgerRecord record = walkTo(MigrationPhase.READ_NEW);
		this.veteran.checkIncoming(record);
		this.target.mark(new StoreMark("another pair", Side.TARGET));
		incomingRefused(record).withMessageContaining("not marked as the other half");
		this.target.mark(new StoreMark(record.pair(), Side.SOURCE));
		incomingRefused(record).withMessageContaining("not marked as the other half");
	}

	@Test
	void theIncomingSideHasToAnswer() {
		LedgerRecord record = walkTo(MigrationPhase.READ_NEW);
		this.target.available(false);
		incomingRefused(record).isInstanceOf(LedgerUnavailableException.class);
	}

	@Test
	void theIncomingSideMustNotBeAhead() {
		LedgerRecord record = walkTo(MigrationPhase.READ_NEW);
		this.target.install(record.entered(MigrationPhase.CUTOVER, TIME), List.of());
		incomingRefused(record).withMessageContaining("restored from a backup");
	}

	@Test
	void theIncomingSideMustNotHoldAnotherLedger() {
		LedgerRecord record = walkTo(MigrationPhase.READ_NEW);
		this.target.install(LedgerRecord.first("another pair", null, TIME), List.of());
		incomingRefused(record).withMessageContaining("another pair");
	}

	@Test
	void afterTheWayBackTheIncomingSideMayHoldWhatItCommitted() {
		walkTo(MigrationPhase.CUTOVER);
		LedgerRecord record = step(MigrationPhase.READ_NEW);
		this.veteran.checkIncoming(record);
		assertThat(step(MigrationPhase.CUTOVER)).isEqualTo(this.target.read());
	}

	private ThrowableAssertAlternative<MigrationException> refused(AuthorityLedger instance) {
		return assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> instance.join(self("two"), null))
			.withMessageContaining("tokens");
	}

	private ThrowableAssertAlternative<? extends MigrationException> incomingRefused(LedgerRecord record) {
		return assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.veteran.checkIncoming(record))
			.withMessageContaining("tokens");
	}

	/**
	 * Start the veteran and take it to a phase, as phase control does.
	 */
	private LedgerRecord walkTo(MigrationPhase phase) {
		LedgerRecord record = this.veteran.join(self("veteran"), null);
		if (phase != MigrationPhase.OFF) {
			this.target.mark(new StoreMark(record.pair(), Side.TARGET));
		}
		while (record.phase() != phase) {
			record = step(record.phase().towards(phase));
		}
		return record;
	}

	private LedgerRecord step(MigrationPhase to) {
		LedgerRecord record = this.veteran.read();
		LedgerRecord next = record.entered(to, TIME);
		assertThat(this.veteran.compareAndSet(record, next, change(record, next))).isTrue();
		return next;
	}

	/**
	 * Move authority on the outgoing side alone.
	 */
	private LedgerRecord commitAndDie(MigrationPhase to) {
		Ledger outgoing = this.veteran.authorityLedger();
		LedgerRecord record = this.veteran.read();
		LedgerRecord next = record.entered(to, TIME);
		assertThat(outgoing.compareAndSet(record.revision(), next, change(record, next))).isTrue();
		return next;
	}

	private static PhaseChange change(LedgerRecord from, LedgerRecord to) {
		return new PhaseChange(from.phase(), to.phase(), to.epoch(), TIME, "test", null);
	}

	private static FleetInstance self(String id) {
		return new FleetInstance(id, "host", 0, Duration.ZERO);
	}

	private static List<String> ids(Ledger ledger) {
		return ledger.instances().stream().map(FleetInstance::id).toList();
	}

	/** Who reads first after a coordinator has died. */
	enum Reader {

		RUNNING {

			@Override
			LedgerRecord read(AuthorityLedger running, AuthorityLedger starting) {
				return running.read();
			}

		},

		STARTING {

			@Override
			LedgerRecord read(AuthorityLedger running, AuthorityLedger starting) {
				return starting.join(self("starting"), null);
			}

		};

		abstract LedgerRecord read(AuthorityLedger running, AuthorityLedger starting);

	}

}
