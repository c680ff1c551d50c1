package io.migration.phase;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * The record of one instance, in memory: for a migration without data, where nothing is
 * lost when instances differ for a while. It begins in the phase that is desired, without
 * steps, because there is nothing that a step would prepare.
 */
final class InstanceLedger implements PhaseLedger {

	private static final int CHANGES_KEPT = 1000;

	private final Deque<PhaseChange> history = new ArrayDeque<>();

	private @Nullable LedgerRecord record;

	private @Nullable FleetInstance instance;

	@Override
	public LedgerRecord join(FleetInstance joining, @Nullable DesiredPhase desired) {
		this.instance = joining;
		LedgerRecord present = this.record;
		if (present == null) {
			Instant now = Instant.now();
			LedgerRecord first = LedgerRecord.first(UUID.randomUUID().toString(), desired, now);
			present = (desired != null) ? first.entered(desired.phase(), now) : first;
			this.record = present;
		}
		return present;
	}

	@Override
	public boolean begins() {
		return this.record == null;
	}

	@Override
	public boolean vanished() {
		return false;
	}

	@Override
	public LedgerRecord read() {
		LedgerRecord present = this.record;
		if (present == null) {
			throw new IllegalStateException("nobody has joined");
		}
		return present;
	}

	@Override
	public boolean compareAndSet(LedgerRecord current, LedgerRecord next, @Nullable PhaseChange change) {
		if (read().revision() != current.revision()) {
			return false;
		}
		this.record = next;
		if (change != null) {
			this.history.addFirst(change);
			if (this.history.size() > CHANGES_KEPT) {
				this.history.removeLast();
			}
		}
		return true;
	}

	@Override
	public void checkIncoming(LedgerRecord current) {
		// there is no store that could be another one
	}

	@Override
	public void heartbeat(FleetInstance alive) {
		this.instance = alive;
	}

	@Override
	public boolean remove(String instanceId) {
		FleetInstance present = this.instance;
		if (present == null || !present.id().equals(instanceId)) {
			return false;
		}
		this.instance = null;
		this.record = null;
		return true;
	}

	@Override
	public List<FleetInstance> instances() {
		FleetInstance present = this.instance;
		return (present != null)
				? List.of(new FleetInstance(present.id(), present.host(), present.applied(), Duration.ZERO))
				: List.of();
	}

	@Override
	public List<PhaseChange> history() {
		return List.copyOf(this.history);
	}

}
