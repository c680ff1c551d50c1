package io.migration.phase;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A ledger in memory, whose store can be made to fail and whose instances can be made to
 * fall silent. Each method is one atomic unit.
 */
public final class InMemoryLedger implements Ledger {

	private final String migration;

	private final Map<String, Registration> instances = new LinkedHashMap<>();

	private final List<PhaseChange> history = new ArrayList<>();

	private @Nullable LedgerRecord record;

	private @Nullable StoreMark mark;

	private boolean unavailable;

	private int conflicts;

	public InMemoryLedger(String migration) {
		this.migration = migration;
	}

	/**
	 * Let the store answer, or not.
	 * @param available whether it answers
	 */
	public synchronized void available(boolean available) {
		this.unavailable = !available;
	}

	/**
	 * Let an instance appear as silent for some time longer than it is.
	 * @param id the instance
	 * @param silence how much longer, until its next heartbeat
	 */
	public synchronized void silence(String id, Duration silence) {
		Registration known = this.instances.get(id);
		if (known == null) {
			throw new IllegalArgumentException(id);
		}
		this.instances.put(id, known.heardOf(known.heardOf() - silence.toNanos()));
	}

	/**
	 * Let changes of the record lose against somebody else's.
	 * @param times how many
	 */
	public synchronized void conflict(int times) {
		this.conflicts = times;
	}

	/**
	 * Lose everything, as a store does that is flushed.
	 */
	public synchronized void clear() {
		this.record = null;
		this.mark = null;
		this.history.clear();
		this.instances.clear();
	}

	@Override
	public synchronized @Nullable LedgerRecord read() {
		answer();
		return this.record;
	}

	@Override
	public synchronized LedgerRecord join(FleetInstance instance, LedgerRecord first) {
		answer();
		LedgerRecord present = this.record;
		if (present == null) {
			present = first;
			this.record = first;
		}
		register(instance);
		return present;
	}

	@Override
	public synchronized boolean compareAndSet(long expectedRevision, LedgerRecord next, @Nullable PhaseChange change) {
		answer();
		if (this.conflicts > 0) {
			this.conflicts--;
			return false;
		}
		if (this.record == null || this.record.revision() != expectedRevision) {
			return false;
		}
		this.record = next;
		if (change != null) {
			this.history.add(0, change);
		}
		return true;
	}

	@Override
	public synchronized void install(LedgerRecord committed, List<PhaseChange> history) {
		answer();
		if (this.record == null || this.record.epoch() < committed.epoch()) {
			this.record = committed;
			this.history.clear();
			this.history.addAll(history);
		}
	}

	@Override
	public synchronized void heartbeat(FleetInstance instance) {
		answer();
		register(instance);
	}

	private void register(FleetInstance instance) {
		this.instances.put(instance.id(), new Registration(instance.host(), instance.applied(), System.nanoTime()));
	}

	@Override
	public synchronized boolean remove(String instanceId) {
		answer();
		return this.instances.remove(instanceId) != null;
	}

	@Override
	public synchronized List<FleetInstance> instances() {
		answer();
		long now = System.nanoTime();
		return this.instances.entrySet()
			.stream()
			.map((entry) -> new FleetInstance(entry.getKey(), entry.getValue().host(), entry.getValue().applied(),
					Duration.ofNanos(now - entry.getValue().heardOf())))
			.toList();
	}

	@Override
	public synchronized List<PhaseChange> history() {
		answer();
		return List.copyOf(this.history);
	}

	@Override
	public synchronized @Nullable StoreMark mark() {
		answer();
		return this.mark;
	}

	@Override
	public synchronized void mark(StoreMark mark) {
		answer();
		this.mark = mark;
	}

	private void answer() {
		if (this.unavailable) {
			throw new LedgerUnavailableException(this.migration, "the ledger does not answer", null);
		}
	}

	private record Registration(String host, long applied, long heardOf) {

		Registration heardOf(long time) {
			return new Registration(this.host, this.applied, time);
		}

	}

}
