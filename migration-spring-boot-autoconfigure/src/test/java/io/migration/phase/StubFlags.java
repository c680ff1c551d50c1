package io.migration.phase;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.migration.MigrationPhase;
import org.jspecify.annotations.Nullable;

/**
 * A flag service in memory with a single flag.
 */
public final class StubFlags implements PhaseFlags {

	private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

	private volatile Reading reading = new Reading.Silent("nobody has set it");

	private volatile boolean writable;

	public void say(MigrationPhase phase) {
		say(new Reading.Wanted(phase, null));
	}

	public void say(Reading reading) {
		this.reading = reading;
		this.listeners.forEach(Runnable::run);
	}

	public void writable(boolean writable) {
		this.writable = writable;
	}

	@Override
	public Reading read(String flag) {
		return this.reading;
	}

	@Override
	public void onChange(Runnable listener) {
		this.listeners.add(listener);
	}

	@Override
	public String whereToSet(String flag) {
		return "the flag '%s' in memory".formatted(flag);
	}

	@Override
	public boolean writable() {
		return this.writable;
	}

	@Override
	public void write(String flag, @Nullable MigrationPhase expected, MigrationPhase phase) {
		if (this.reading instanceof Reading.Wanted wanted && wanted.phase() != expected) {
			throw new FlagConflictException("expected %s, found %s".formatted(expected, wanted.phase()));
		}
		say(phase);
	}

}
