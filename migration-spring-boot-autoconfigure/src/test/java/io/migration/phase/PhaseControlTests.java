package io.migration.phase;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.migration.Migration.State;
import io.migration.MigrationException;
import io.migration.MigrationPhase;
import io.migration.MigrationPhase.Writes;
import io.migration.Side;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.migration.MigrationPhase.CUTOVER;
import static io.migration.MigrationPhase.DUAL_WRITE;
import static io.migration.MigrationPhase.OFF;
import static io.migration.MigrationPhase.READ_NEW;
import static io.migration.MigrationPhase.SHADOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class PhaseControlTests {

	private final PhaseScenario scenario = new PhaseScenario();

	@AfterEach
	void stop() {
		this.scenario.close();
	}

	@Nested
	class Steps {

		@Test
		void aMigrationBeginsInOff() {
			PhaseControl control = scenario().start();
			assertThat(control.phase()).isEqualTo(OFF);
			assertThat(control.authority()).isEqualTo(Side.SOURCE);
			assertThat(control.epoch()).isEqualTo(1);
			assertThat(control.state()).isEqualTo(State.STEADY);
			assertThat(control.desiredPhase()).isNull();
			assertThat(control.history()).isEmpty();
		}

		@Test
		void beforeItHasJoinedNothingIsKnown() {
			PhaseControl control = scenario().create(scenario().subject(), new CurrentPhase());
			assertThat(control.joined()).isFalse();
			assertThat(control.state()).isEqualTo(State.BLOCKED);
		}

		@Test
		void thePropertyCountsWhileThereIsNoRecord() {
			PhaseControl control = scenario().property(SHADOW).start();
			PhaseScenario.await(control, SHADOW);
			assertThat(control.history()).singleElement().extracting(PhaseChange::by).isEqualTo("property");
		}

		@Test
		void thePropertyDoesNotCountOnceThereIsARecord() {
			PhaseControl first = scenario().startIn(DUAL_WRITE);
			first.stop();
			PhaseControl second = scenario().property(OFF).start();
			assertThat(second.phase()).isEqualTo(DUAL_WRITE);
			assertThat(second.desiredPhase()).isEqualTo(DUAL_WRITE);
		}

		@Test
		void aJumpIsWalkedStepByStep() {
			PhaseControl control = scenario().start();
			StepOutcome outcome = control.walkTo(CUTOVER, "anne", "the new store", false);
			assertThat(outcome).isInstanceOf(StepOutcome.Done.class);
			assertThat(control.history()).extracting(PhaseChange::to)
				.containsExactly(CUTOVER, READ_NEW, DUAL_WRITE, SHADOW);
			assertThat(control.history()).extracting(PhaseChange::epoch).containsExactly(5L, 4L, 3L, 2L);
			assertThat(control.history()).allSatisfy((change) -> {
				assertThat(change.by()).isEqualTo("anne");
				assertThat(change.reason()).isEqualTo("the new store");
			});
			assertThat(control.authority()).isEqualTo(Side.TARGET);
		}

		@Test
		void aJumpBackIsWalkedStepByStep() {
			PhaseControl control = scenario().startIn(CUTOVER);
			assertThat(control.walkTo(OFF, "anne", null, false)).isInstanceOf(StepOutcome.Done.class);
			assertThat(control.history().subList(0, 4)).extracting(PhaseChange::to)
				.containsExactly(OFF, SHADOW, DUAL_WRITE, READ_NEW);
			assertThat(control.authority()).isEqualTo(Side.SOURCE);
		}

		@Test
		void onlyNeighboursFollowEachOther() {
			PhaseControl control = scenario().startIn(CUTOVER);
			control.walkTo(OFF, "anne", null, false);
			PhaseScenario.await(control, OFF);
			List<LedgerRecord> followed = scenario().subject().followed();
			for (int i = 1; i < followed.size(); i++) {
				LedgerRecord from = followed.get(i - 1);
				LedgerRecord to = followed.get(i);
				assertThat(Math.abs(from.phase().ordinal() - to.phase().ordinal())).isLessThanOrEqualTo(1);
				assertThat(to.epoch() - from.epoch()).isEqualTo((from.phase() != to.phase()) ? 1 : 0);
				assertThat(to.revision()).isGreaterThan(from.revision());
			}
		}

		@Test
		void advanceAndRollbackTakeOneStep() {
			PhaseControl control = scenario().start();
			assertThat(control.advance("anne", null, false)).isInstanceOf(StepOutcome.Done.class);
			assertThat(control.phase()).isEqualTo(SHADOW);
			assertThat(control.advance("anne", null, false)).isInstanceOf(StepOutcome.Done.class);
			assertThat(control.phase()).isEqualTo(DUAL_WRITE);
			assertThat(control.rollback("anne", null)).isInstanceOf(StepOutcome.Done.class);
			assertThat(control.phase()).isEqualTo(SHADOW);
		}

		@Test
		void thereIsNothingBeyondTheEnds() {
			PhaseControl control = scenario().start();
			assertThat(control.rollback("anne", null)).isInstanceOf(StepOutcome.Refused.class);
			control.walkTo(CUTOVER, "anne", null, false);
			PhaseScenario.await(control, CUTOVER);
			assertThat(control.advance("anne", null, false)).isInstanceOf(StepOutcome.Refused.class);
			assertThat(control.phase()).isEqualTo(CUTOVER);
		}

		@Test
		void aPlanShowsTheStepsAndChangesNothing() {
			scenario().gate("slow", READ_NEW, true);
			PhaseControl control = scenario().start();
			long revision = scenario().source().read().revision();
			List<PlannedStep> plan = control.plan(CUTOVER);
			assertThat(plan).extracting((step) -> step.step().to())
				.containsExactly(SHADOW, DUAL_WRITE, READ_NEW, CUTOVER);
			assertThat(plan).extracting(PlannedStep::pausesWriters).containsExactly(false, false, false, true);
			assertThat(plan.get(3).longestPause()).isEqualTo(Duration.ofSeconds(5));
			assertThat(plan.get(2).gates()).singleElement()
				.isEqualTo(new GateStatus("slow", "dual-write -> read-new", 1, 0, false));
			assertThat(control.plan(OFF)).isEmpty();
			assertThat(scenario().source().read().revision()).isEqualTo(revision);
		}

		@Test
		void aStepThatCannotBePreparedIsRefused() {
			scenario().subject().obstacle("target is not empty");
			PhaseControl control = scenario().start();
			assertThat(control.advance("anne", null, false)).isInstanceOfSatisfying(StepOutcome.Refused.class,
					(refused) -> assertThat(refused.reason()).contains("target is not empty"));
			assertThat(control.desiredPhase()).isNull();
		}

		@Test
		void aWalkWaitsBeforeAStepThatCannotBePrepared() {
			scenario().subject().obstacle("target is not empty");
			PhaseControl control = scenario().start();
			assertThat(control.walkTo(SHADOW, "anne", null, false)).isInstanceOf(StepOutcome.UnderWay.class);
			assertThat(control.state()).isEqualTo(State.BLOCKED);
			assertThat(control.note()).contains("target is not empty");
			assertThat(control.phase()).isEqualTo(OFF);
			scenario().subject().obstacle(null);
			PhaseScenario.await(control, SHADOW);
			assertThat(control.note()).isNull();
		}

		@Test
		void aRequestThatLosesAgainstAnotherIsRefused() {
			PhaseControl control = scenario().start();
			scenario().source().conflict(1);
			assertThat(control.advance("anne", null, false)).isInstanceOf(StepOutcome.Refused.class);
			assertThat(control.phase()).isEqualTo(OFF);
		}

		@Test
		void aRequestIsAnsweredWhenItHasCome() {
			PhaseControl control = scenario().startIn(DUAL_WRITE);
			scenario().subject().caughtUp(false);
			CompletableFuture.delayedExecutor(400, TimeUnit.MILLISECONDS)
				.execute(() -> scenario().subject().caughtUp(true));
			assertThat(control.advance("anne", null, false)).isInstanceOf(StepOutcome.Done.class);
			assertThat(control.phase()).isEqualTo(READ_NEW);
		}

	}

	@Nested
	class Gates {

		@Test
		void aClosedGateRefusesToAdvance() {
			scenario().gate("enough", SHADOW, true);
			PhaseControl control = scenario().start();
			StepOutcome outcome = control.advance("anne", null, false);
			assertThat(outcome).isInstanceOfSatisfying(StepOutcome.Refused.class, (refused) -> {
				assertThat(refused.reason()).contains("off -> shadow").contains("enough");
				assertThat(refused.gates()).singleElement()
					.isEqualTo(new GateStatus("enough", "off -> shadow", 1, 0, false));
			});
			assertThat(control.desiredPhase()).isNull();
			assertThat(control.phase()).isEqualTo(OFF);
		}

		@Test
		void aWalkWaitsBeforeAClosedGate() {
			StubGate gate = scenario().gate("enough", READ_NEW, true);
			PhaseControl control = scenario().start();
			assertThat(control.walkTo(CUTOVER, "anne", null, false)).isInstanceOf(StepOutcome.UnderWay.class);
			await().until(() -> control.phase() == DUAL_WRITE && control.state() == State.BLOCKED);
			assertThat(control.unmet()).extracting(GateStatus::gate).containsExactly("enough");
			gate.met(true);
			PhaseScenario.await(control, CUTOVER);
			assertThat(control.unmet()).isEmpty();
		}

		@Test
		void forceSkipsStatisticsAlone() {
			scenario().gate("statistics", SHADOW, true).met(false);
			StubGate data = scenario().gate("data", SHADOW, false);
			PhaseControl control = scenario().start();
			assertThat(control.advance("anne", null, true)).isInstanceOfSatisfying(StepOutcome.Refused.class,
					(refused) -> assertThat(refused.gates()).extracting(GateStatus::gate).containsExactly("data"));
			data.met(true);
			assertThat(control.advance("anne", null, false)).isInstanceOf(StepOutcome.Refused.class);
			assertThat(control.advance("anne", null, true)).isInstanceOf(StepOutcome.Done.class);
			assertThat(control.phase()).isEqualTo(SHADOW);
		}

		@Test
		void noGateHoldsTheWayBack() {
			List<StubGate> gates = new ArrayList<>();
			for (MigrationPhase phase : List.of(SHADOW, DUAL_WRITE, READ_NEW, CUTOVER)) {
				StubGate gate = scenario().gate("into " + phase, phase, false);
				gate.met(true);
				gates.add(gate);
			}
			PhaseControl control = scenario().startIn(CUTOVER);
			gates.forEach((gate) -> gate.met(false));
			assertThat(control.walkTo(OFF, "anne", null, false)).isInstanceOf(StepOutcome.Done.class);
		}

		@Test
		void everyGateIsShownWithItsStep() {
			scenario().gate("one", READ_NEW, true);
			scenario().gate("two", SHADOW, true).met(true);
			assertThat(scenario().start().gates()).containsExactly(new GateStatus("two", "off -> shadow", 1, 1, true),
					new GateStatus("one", "dual-write -> read-new", 1, 0, false));
		}

		@Test
		void aBreakInJournalingStartsItsClockAnew() {
			PhaseControl control = scenario().startIn(SHADOW);
			Instant before = awaitJournaling();
			scenario().subject().breakJournaling();
			await().until(() -> scenario().source().read().journalingSince().isAfter(before));
			assertThat(control.phase()).isEqualTo(SHADOW);
		}

		@Test
		void aBreakInJournalingIsNotForgottenWhenItsRecordLoses() {
			scenario().startIn(SHADOW);
			Instant before = awaitJournaling();
			scenario().source().conflict(3);
			scenario().subject().breakJournaling();
			await().until(() -> scenario().source().read().journalingSince().isAfter(before));
		}

		private Instant awaitJournaling() {
			await().until(() -> scenario().source().read().journalingSince() != null);
			return scenario().source().read().journalingSince();
		}

	}

	@Nested
	class IntoReadNew {

		@Test
		void writesFollowTheNewRuleBeforeReadsMove() {
			CurrentPhase current = new CurrentPhase();
			PhaseControl control = scenario().start(scenario().subject(), current);
			control.walkTo(DUAL_WRITE, "anne", null, false);
			scenario().subject().caughtUp(false);
			ask(control, READ_NEW);
			await().until(() -> current.get().stage() == Stage.WRITES_FIRST);
			assertThat(current.get().phase()).isEqualTo(DUAL_WRITE);
			assertThat(current.get().writes()).isEqualTo(Writes.REQUIRED);
			assertThat(current.get().reads()).isEqualTo(MigrationPhase.Reads.COMPARED);
			assertThat(current.get().parksWrites()).isFalse();
			scenario().subject().caughtUp(true);
			PhaseScenario.await(control, READ_NEW);
			assertThat(current.get().stage()).isEqualTo(Stage.OPEN);
		}

		@Test
		void readsWaitForTheOperationsOfOtherInstances() {
			PhaseControl control = scenario().startIn(DUAL_WRITE);
			CurrentPhase elsewhere = new CurrentPhase();
			PhaseControl other = scenario().start(new StubSubject(scenario().target()), elsewhere);
			await().until(() -> elsewhere.get().phase() == DUAL_WRITE);
			PinnedPhase operation = elsewhere.enter();
			ask(control, READ_NEW);
			await().until(() -> other.phase() == DUAL_WRITE && elsewhere.get().stage() == Stage.WRITES_FIRST);
			await().during(Duration.ofMillis(200)).until(() -> control.phase() == DUAL_WRITE);
			operation.exit();
			PhaseScenario.await(control, READ_NEW);
			PhaseScenario.await(other, READ_NEW);
		}

		@Test
		void aWishWithdrawnInTheFirstHalfIsFollowedAtOnce() {
			PhaseControl control = scenario().startIn(DUAL_WRITE);
			scenario().subject().caughtUp(false);
			ask(control, READ_NEW);
			await().until(() -> scenario().source().read().stage() == Stage.WRITES_FIRST);
			assertThat(control.walkTo(SHADOW, "anne", null, false)).isInstanceOf(StepOutcome.Done.class);
			assertThat(control.history()).extracting(PhaseChange::to).doesNotContain(READ_NEW);
		}

		@Test
		void theShareOfReadsIsTheFlags() {
			StubFlags flags = scenario().flags();
			CurrentPhase current = new CurrentPhase();
			PhaseControl control = scenario().start(scenario().subject(), current);
			flags.say(new PhaseFlags.Reading.Wanted(READ_NEW, 25));
			PhaseScenario.await(control, READ_NEW);
			assertThat(control.readShare()).isEqualTo(25);
			assertThat(current.get().readShare()).isEqualTo(25);
			flags.say(new PhaseFlags.Reading.Wanted(READ_NEW, 75));
			await().until(() -> current.get().readShare() == 75);
			assertThat(control.epoch()).isEqualTo(4);
		}

	}

	@Nested
	class Cutover {

		@Test
		void authorityMovesAndBothLedgersSaySo() {
			PhaseControl control = scenario().startIn(CUTOVER);
			assertThat(scenario().source().read().authority()).isEqualTo(Side.TARGET);
			assertThat(scenario().target().read().authority()).isEqualTo(Side.TARGET);
			assertThat(scenario().target().history()).hasSize(4);
			control.rollback("anne", null);
			PhaseScenario.await(control, READ_NEW);
			assertThat(scenario().source().read().authority()).isEqualTo(Side.SOURCE);
			assertThat(scenario().source().history()).hasSize(5);
		}

		@Test
		void writersAreParkedUntilTheJournalIsEmpty() {
			CurrentPhase current = new CurrentPhase();
			PhaseControl control = scenario().start(scenario().subject(), current);
			control.walkTo(READ_NEW, "anne", null, false);
			scenario().subject().journalEmpty(false);
			ask(control, CUTOVER);
			await().until(() -> current.get().stage() == Stage.SWAPPING);
			assertThat(current.get().parksWrites()).isTrue();
			assertThat(control.state()).isEqualTo(State.CUTTING_OVER);
			assertThat(control.phase()).isEqualTo(READ_NEW);
			scenario().subject().journalEmpty(true);
			PhaseScenario.await(control, CUTOVER);
			assertThat(current.get().parksWrites()).isFalse();
		}

		@Test
		void aRunningOperationHoldsTheSwap() {
			CurrentPhase current = new CurrentPhase();
			PhaseControl control = scenario().start(scenario().subject(), current);
			control.walkTo(READ_NEW, "anne", null, false);
			PinnedPhase operation = current.enter();
			ask(control, CUTOVER);
			await().until(() -> current.get().stage() == Stage.CLOSING);
			await().during(Duration.ofMillis(200)).until(() -> current.get().stage() == Stage.CLOSING);
			operation.exit();
			PhaseScenario.await(control, CUTOVER);
		}

		@Test
		void pastItsDeadlineItIsCalledOff() {
			CurrentPhase current = new CurrentPhase();
			PhaseControl control = scenario().cutoverTimeout(Duration.ofMillis(200))
				.start(scenario().subject(), current);
			control.walkTo(READ_NEW, "anne", null, false);
			PhaseScenario.await(control, READ_NEW);
			scenario().subject().journalEmpty(false);
			assertThat(control.walkTo(CUTOVER, "anne", null, false)).isInstanceOf(StepOutcome.UnderWay.class);
			await().until(() -> control.state() == State.BLOCKED);
			assertThat(current.get().stage()).isEqualTo(Stage.OPEN);
			assertThat(control.phase()).isEqualTo(READ_NEW);
			assertThat(control.note()).contains("called off");
			assertThat(scenario().subject().followed()).extracting(LedgerRecord::stage)
				.contains(Stage.CLOSING, Stage.SWAPPING);
			assertThat(scenario().source().read().authority()).isEqualTo(Side.SOURCE);
			assertThat(scenario().target().read()).isNull();
		}

		@Test
		void afterItWasCalledOffNoInstanceParksWritersAgainAtOnce() {
			PhaseControl control = scenario().cutoverTimeout(Duration.ofMillis(200)).startIn(READ_NEW);
			StubSubject elsewhere = new StubSubject(scenario().target());
			scenario().start(elsewhere, new CurrentPhase());
			scenario().subject().journalEmpty(false);
			elsewhere.journalEmpty(false);
			control.walkTo(CUTOVER, "anne", null, false);
			await().until(() -> control.state() == State.BLOCKED);
			await().during(Duration.ofMillis(500)).until(() -> !scenario().source().read().stage().parksWrites());
			assertThat(elsewhere.followed()).extracting(LedgerRecord::stage).containsOnlyOnce(Stage.CLOSING);
		}

		@Test
		void afterItWasCalledOffTheWayBackIsFree() {
			PhaseControl control = scenario().cutoverTimeout(Duration.ofMillis(200)).startIn(READ_NEW);
			scenario().subject().journalEmpty(false);
			control.walkTo(CUTOVER, "anne", null, false);
			assertThat(control.rollback("anne", null)).isInstanceOf(StepOutcome.Done.class);
			assertThat(control.phase()).isEqualTo(DUAL_WRITE);
		}

		@Test
		void afterItWasCalledOffItCanBeAskedForAgain() {
			PhaseControl control = scenario().cutoverTimeout(Duration.ofMillis(200)).startIn(READ_NEW);
			scenario().subject().journalEmpty(false);
			control.walkTo(CUTOVER, "anne", null, false);
			await().until(() -> control.state() == State.BLOCKED);
			scenario().subject().journalEmpty(true);
			assertThat(control.walkTo(CUTOVER, "anne", null, false)).isInstanceOf(StepOutcome.Done.class);
		}

		@Test
		void aTargetThatIsNotTheOtherHalfIsRefusedBeforeAnybodyWaits() {
			PhaseControl control = scenario().startIn(READ_NEW);
			scenario().target().mark(new Ledger.StoreMark("another pair", Side.TARGET));
			assertThat(control.walkTo(CUTOVER, "anne", null, false)).isInstanceOf(StepOutcome.UnderWay.class);
			assertThat(control.state()).isEqualTo(State.BLOCKED);
			assertThat(control.note()).contains("not marked as the other half");
			assertThat(scenario().subject().followed()).extracting(LedgerRecord::stage).doesNotContain(Stage.CLOSING);
		}

		@Test
		void whoStartsAfterwardsFindsTheAuthority() {
			scenario().startIn(CUTOVER);
			PhaseControl other = scenario().start(new StubSubject(scenario().target()), new CurrentPhase());
			assertThat(other.phase()).isEqualTo(CUTOVER);
			assertThat(other.authority()).isEqualTo(Side.TARGET);
		}

		@Test
		void whoStartsAfterwardsNeedsNoSource() {
			scenario().startIn(CUTOVER);
			scenario().source().available(false);
			PhaseControl other = scenario().start(new StubSubject(scenario().target()), new CurrentPhase());
			assertThat(other.phase()).isEqualTo(CUTOVER);
			await().during(Duration.ofMillis(200)).until(() -> other.note() == null);
		}

		@Test
		void aCommitWhoseCopyIsMissingIsFollowedForward() {
			scenario().startIn(READ_NEW).stop();
			commitWithoutCopy(scenario().source(), CUTOVER);
			PhaseControl again = scenario().start();
			assertThat(again.phase()).isEqualTo(CUTOVER);
			assertThat(scenario().target().read()).isEqualTo(scenario().source().read());
		}

		@Test
		void aCommitWhoseCopyIsMissingIsFollowedBack() {
			scenario().startIn(CUTOVER).stop();
			commitWithoutCopy(scenario().target(), READ_NEW);
			PhaseControl again = scenario().start();
			assertThat(again.phase()).isEqualTo(READ_NEW);
			assertThat(scenario().source().read().authority()).isEqualTo(Side.SOURCE);
		}

		/** What a coordinator leaves behind that dies right after its commit. */
		private void commitWithoutCopy(Ledger outgoing, MigrationPhase to) {
			LedgerRecord record = outgoing.read();
			LedgerRecord next = record.entered(to, record.since())
				.withDesired(new DesiredPhase(to, "anne", null, false));
			assertThat(outgoing.compareAndSet(record.revision(), next,
					new PhaseChange(record.phase(), to, next.epoch(), next.since(), "anne", null)))
				.isTrue();
		}

		@Test
		void swappedStoresAreRefused() {
			scenario().startIn(SHADOW).stop();
			PhaseControl swapped = new PhaseControl(
					scenario().create(new StubSubject(scenario().target()), new CurrentPhase()).settings(),
					scenario().target(), scenario()::source, new StubSubject(scenario().source()), List.of(), null,
					new CurrentPhase(), (control, change) -> {
					}, Clock.systemUTC());
			assertThatExceptionOfType(MigrationException.class).isThrownBy(swapped::join)
				.withMessageContaining("swapped");
		}

	}

	@Nested
	class Fleet {

		@Test
		void aStepWaitsForEveryLiveInstance() {
			PhaseControl control = scenario().start();
			CurrentPhase elsewhere = new CurrentPhase();
			PhaseControl other = scenario().start(new StubSubject(scenario().target()), elsewhere);
			PinnedPhase operation = elsewhere.enter();
			ask(control, DUAL_WRITE);
			await().until(() -> other.phase() == SHADOW);
			await().during(Duration.ofMillis(200)).until(() -> control.phase() == SHADOW);
			operation.exit();
			PhaseScenario.await(control, DUAL_WRITE);
			PhaseScenario.await(other, DUAL_WRITE);
		}

		@Test
		void aRequestIsDoneWhenTheWholeFleetFollows() {
			PhaseControl control = scenario().start();
			PhaseControl other = scenario().start(new StubSubject(scenario().target()), new CurrentPhase());
			assertThat(control.advance("anne", null, false)).isInstanceOf(StepOutcome.Done.class);
			assertThat(other.phase()).isEqualTo(SHADOW);
		}

		@Test
		void aSilentInstanceHoldsTheStepUntilItsLeaseHasLongRunOut() {
			PhaseControl control = scenario().start();
			scenario().source().heartbeat(new FleetInstance("dead", "elsewhere", 0, Duration.ZERO));
			scenario().source().silence("dead", Duration.ofSeconds(31));
			ask(control, SHADOW);
			await().during(Duration.ofMillis(200)).until(() -> control.phase() == OFF);
			assertThat(control.note()).contains("dead").contains("elsewhere");
			scenario().source().silence("dead", Duration.ofSeconds(15));
			PhaseScenario.await(control, SHADOW);
		}

		@Test
		void whoIsForgottenIsNotWaitedFor() {
			PhaseControl control = scenario().start();
			scenario().source().heartbeat(new FleetInstance("dead", "elsewhere", 0, Duration.ZERO));
			assertThat(control.instances()).hasSize(2);
			assertThat(control.forget("dead")).isTrue();
			assertThat(control.forget("dead")).isFalse();
			assertThat(control.advance("anne", null, false)).isInstanceOf(StepOutcome.Done.class);
		}

		@Test
		void whoStopsLeavesTheFleet() {
			PhaseControl control = scenario().start();
			PhaseControl other = scenario().start(new StubSubject(scenario().target()), new CurrentPhase());
			other.stop();
			assertThat(control.instances()).hasSize(1);
			assertThat(control.advance("anne", null, false)).isInstanceOf(StepOutcome.Done.class);
		}

		@Test
		void whatIsNotCountedWhileItRunsHoldsTheStepToo() {
			PhaseControl control = scenario().start();
			scenario().subject().settled(false);
			ask(control, SHADOW);
			await().during(Duration.ofMillis(200)).until(() -> control.phase() == OFF);
			scenario().subject().settled(true);
			PhaseScenario.await(control, SHADOW);
		}

	}

	@Nested
	class Flags {

		@Test
		void theFlagIsFollowed() {
			StubFlags flags = scenario().flags();
			PhaseControl control = scenario().start();
			flags.say(DUAL_WRITE);
			PhaseScenario.await(control, DUAL_WRITE);
			flags.say(OFF);
			PhaseScenario.await(control, OFF);
			assertThat(control.history())
				.allSatisfy((change) -> assertThat(change.by()).isEqualTo("flag migration.tokens"));
		}

		@Test
		void aFlagThatSaysNothingKeepsThePhase() {
			StubFlags flags = scenario().flags();
			PhaseControl control = scenario().start();
			flags.say(READ_NEW);
			PhaseScenario.await(control, READ_NEW);
			flags.say(new PhaseFlags.Reading.Silent("the variant 'redd-new' is unknown"));
			await().until(() -> control.note() != null);
			assertThat(control.note()).contains("redd-new");
			assertThat(control.desiredPhase()).isNull();
			await().during(Duration.ofMillis(200)).until(() -> control.phase() == READ_NEW);
		}

		@Test
		void aFlagSwitchedOffLeavesSourceAlone() {
			StubFlags flags = scenario().flags();
			PhaseControl control = scenario().start();
			flags.say(READ_NEW);
			PhaseScenario.await(control, READ_NEW);
			flags.say(new PhaseFlags.Reading.Disabled());
			PhaseScenario.await(control, SHADOW);
			assertThat(control.history()).element(0)
				.extracting(PhaseChange::reason)
				.isEqualTo("the flag is switched off");
		}

		@Test
		void aFlagSwitchedOffInOffChangesNothing() {
			StubFlags flags = scenario().flags();
			flags.say(new PhaseFlags.Reading.Disabled());
			PhaseControl control = scenario().start();
			await().during(Duration.ofMillis(200)).until(() -> control.phase() == OFF);
			assertThat(control.state()).isEqualTo(State.STEADY);
		}

		@Test
		void aFlagSwitchedOffInCutoverChangesNothingAndIsReported() {
			StubFlags flags = scenario().flags();
			PhaseControl control = scenario().start();
			flags.say(CUTOVER);
			PhaseScenario.await(control, CUTOVER);
			flags.say(new PhaseFlags.Reading.Disabled());
			await().until(() -> control.note() != null);
			assertThat(control.note()).contains("switched off");
			await().during(Duration.ofMillis(200)).until(() -> control.phase() == CUTOVER);
		}

		@Test
		void aFlagSwitchedOffOnTheWayIntoReadNewCallsTheStepOff() {
			StubFlags flags = scenario().flags();
			PhaseControl control = scenario().start();
			scenario().subject().caughtUp(false);
			flags.say(READ_NEW);
			await().until(() -> {
				LedgerRecord record = scenario().source().read();
				return record != null && record.stage() == Stage.WRITES_FIRST;
			});
			flags.say(new PhaseFlags.Reading.Disabled());
			PhaseScenario.await(control, SHADOW);
			assertThat(control.history()).extracting(PhaseChange::to).doesNotContain(READ_NEW);
		}

		@Test
		void theFlagSpeaksBeforeThePropertyAndTheOperator() {
			PhaseControl before = scenario().startIn(DUAL_WRITE);
			before.stop();
			StubFlags flags = scenario().property(CUTOVER).flags();
			PhaseControl control = scenario().start();
			assertThat(control.desiredPhase()).isNull();
			assertThat(control.phase()).isEqualTo(DUAL_WRITE);
			flags.say(SHADOW);
			PhaseScenario.await(control, SHADOW);
		}

		@Test
		void aRequestIsRefusedWithThePlaceToSetTheFlag() {
			scenario().flags();
			PhaseControl control = scenario().start();
			assertThat(control.walkTo(SHADOW, "anne", null, false)).isInstanceOfSatisfying(StepOutcome.Refused.class,
					(refused) -> assertThat(refused.reason()).contains("the flag 'migration.tokens' in memory")
						.contains("shadow"));
			assertThat(control.phase()).isEqualTo(OFF);
		}

		@Test
		void aRequestSetsAFlagThatCanBeSet() {
			StubFlags flags = scenario().flags();
			flags.writable(true);
			PhaseControl control = scenario().start();
			assertThat(control.walkTo(SHADOW, "anne", null, false)).isInstanceOf(StepOutcome.Done.class);
			assertThat(flags.read("migration.tokens")).isEqualTo(new PhaseFlags.Reading.Wanted(SHADOW, null));
		}

	}

	@Nested
	class Outages {

		@Test
		void withoutItsLedgerAMigrationKeepsItsPhase() {
			PhaseControl control = scenario().startIn(DUAL_WRITE);
			scenario().source().available(false);
			await().until(() -> control.note() != null);
			assertThat(control.note()).startsWith("ledger:");
			assertThat(control.phase()).isEqualTo(DUAL_WRITE);
			assertThatExceptionOfType(LedgerUnavailableException.class)
				.isThrownBy(() -> control.walkTo(OFF, "anne", null, false));
			scenario().source().available(true);
			await().until(() -> control.note() == null);
			assertThat(control.walkTo(OFF, "anne", null, false)).isInstanceOf(StepOutcome.Done.class);
		}

		@Test
		void whoCannotReachTheLedgerAtStartJoinsLater() {
			scenario().source().available(false);
			PhaseControl control = scenario().create(scenario().subject(), new CurrentPhase());
			scenario().run(control);
			await().until(() -> control.note() != null);
			assertThat(control.note()).startsWith("ledger:");
			assertThat(control.joined()).isFalse();
			scenario().source().available(true);
			await().until(control::joined);
		}

		@Test
		void aLedgerThatHasVanishedIsReported() {
			PhaseControl control = scenario().startIn(SHADOW);
			scenario().source().clear();
			await().until(() -> control.note() != null);
			assertThat(control.note()).contains("vanished");
			assertThat(control.phase()).isEqualTo(SHADOW);
		}

	}

	private PhaseScenario scenario() {
		return this.scenario;
	}

	/**
	 * Ask for a phase without waiting for it.
	 */
	private static void ask(PhaseControl control, MigrationPhase phase) {
		Thread asking = new Thread(() -> control.walkTo(phase, "anne", null, false));
		asking.setDaemon(true);
		asking.start();
	}

}
