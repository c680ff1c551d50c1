package io.migration.phase;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.migration.MigrationPhase;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A migration with real phase control over ledgers in memory, and as many instances as a
 * test asks for.
 */
public final class PhaseScenario implements AutoCloseable {

	private static final Duration HEARTBEAT = Duration.ofMillis(20);

	private final String name;

	private final InMemoryLedger source;

	private final InMemoryLedger target;

	private final StubSubject subject;

	private final List<Gate> gates = new ArrayList<>();

	private final List<PhaseControl> started = new ArrayList<>();

	private final List<PhaseChange> changes = new CopyOnWriteArrayList<>();

	private @Nullable StubFlags flags;

	private @Nullable MigrationPhase property;

	private Duration cutoverTimeout = Duration.ofSeconds(5);

	private int readShare = 100;

	public PhaseScenario() {
		this("tokens");
	}

	/**
	 * Create a scenario.
	 * @param name the migration's name
	 */
	public PhaseScenario(String name) {
		this.name = name;
		this.source = new InMemoryLedger(name);
		this.target = new InMemoryLedger(name);
		this.subject = new StubSubject(this.target);
	}

	/**
	 * Let a property say which phase is desired.
	 * @param phase the phase
	 * @return this scenario
	 */
	public PhaseScenario property(MigrationPhase phase) {
		this.property = phase;
		return this;
	}

	/**
	 * Let a flag say which phase is desired.
	 * @return the flag, which says nothing yet
	 */
	public StubFlags flags() {
		StubFlags service = (this.flags != null) ? this.flags : new StubFlags();
		this.flags = service;
		return service;
	}

	/**
	 * Bound moves of authority.
	 * @param timeout how long they may take
	 * @return this scenario
	 */
	public PhaseScenario cutoverTimeout(Duration timeout) {
		this.cutoverTimeout = timeout;
		return this;
	}

	/**
	 * Give part of the reads to target in read-new.
	 * @param percent the share
	 * @return this scenario
	 */
	public PhaseScenario readShare(int percent) {
		this.readShare = percent;
		return this;
	}

	/**
	 * Add a closed gate.
	 * @param name its name
	 * @param into the phase into which it guards the step
	 * @param skippable whether {@code force} skips it
	 * @return the gate
	 */
	public StubGate gate(String name, MigrationPhase into, boolean skippable) {
		StubGate gate = new StubGate(name, into, skippable);
		this.gates.add(gate);
		return gate;
	}

	public void gate(Gate gate) {
		this.gates.add(gate);
	}

	public InMemoryLedger source() {
		return this.source;
	}

	public InMemoryLedger target() {
		return this.target;
	}

	/**
	 * Return what the first instance moves.
	 * @return the subject
	 */
	public StubSubject subject() {
		return this.subject;
	}

	/**
	 * Return the changes of phase that instances have followed.
	 * @return the changes, first one first
	 */
	public List<PhaseChange> changes() {
		return List.copyOf(this.changes);
	}

	/**
	 * Create an instance that does nothing yet.
	 * @param subject what it moves
	 * @param current where its operations learn the phase
	 * @return the instance
	 */
	public PhaseControl create(StubSubject subject, CurrentPhase current) {
		PhaseSettings settings = new PhaseSettings(this.name, "redis", "migration." + this.name, this.property,
				this.readShare, this.cutoverTimeout, Duration.ofSeconds(30), HEARTBEAT);
		return new PhaseControl(settings, this.source, () -> this.target, subject, this.gates, this.flags, current,
				(control, change) -> this.changes.add(change), Clock.systemUTC());
	}

	/**
	 * Start the first instance.
	 * @return the instance, which has joined
	 */
	public PhaseControl start() {
		return start(this.subject, new CurrentPhase());
	}

	/**
	 * Start an instance.
	 * @param subject what it moves
	 * @param current where its operations learn the phase
	 * @return the instance, which has joined
	 */
	public PhaseControl start(StubSubject subject, CurrentPhase current) {
		PhaseControl control = create(subject, current);
		control.join();
		run(control);
		return control;
	}

	/**
	 * Start an instance that may not reach the ledger yet.
	 * @param control the instance
	 */
	public void run(PhaseControl control) {
		this.started.add(control);
		control.start((runnable) -> {
			Thread thread = new Thread(runnable, "migration-" + this.name);
			thread.setDaemon(true);
			return thread;
		});
	}

	/**
	 * Start an instance and walk it to a phase.
	 * @param phase the phase
	 * @return the instance
	 */
	public PhaseControl startIn(MigrationPhase phase) {
		PhaseControl control = start();
		control.walkTo(phase, "test", null, true);
		await(control, phase);
		return control;
	}

	/**
	 * Wait until an instance is in a phase and at rest.
	 * @param control the instance
	 * @param phase the phase
	 */
	public static void await(PhaseControl control, MigrationPhase phase) {
		Awaitility.await()
			.pollInterval(Duration.ofMillis(5))
			.until(() -> control.phase() == phase && control.state() == PhaseControl.State.STEADY);
	}

	@Override
	public void close() {
		this.source.available(true);
		this.target.available(true);
		this.started.forEach(PhaseControl::stop);
	}

}
