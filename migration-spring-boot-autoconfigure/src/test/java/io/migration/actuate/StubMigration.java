package io.migration.actuate;

import java.util.Map;

import java.time.Duration;
import java.time.Instant;

import io.migration.mirror.Comparisons;
import io.migration.mirror.Comparisons.Divergence;
import io.migration.mirror.JournalStatus;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.MirrorSettings;
import io.migration.mirror.MirroredMigration;
import io.migration.phase.PhaseControl;
import org.jspecify.annotations.Nullable;

/**
 * A migration with real phase control whose mirror says what a test tells it.
 */
final class StubMigration implements MirroredMigration {

	static final Instant FOUND = Instant.parse("2026-03-04T05:06:07Z");

	private final PhaseControl control;

	private final Comparisons comparisons;

	private volatile JournalStatus journal = new JournalStatus(3, Duration.ofMillis(1500));

	private volatile @Nullable String relayProblem;

	private volatile boolean circuitOpen;

	StubMigration(PhaseControl control) {
		this(control, new Comparisons(MirrorObserver.NONE));
	}

	StubMigration(PhaseControl control, Comparisons comparisons) {
		this.control = control;
		this.comparisons = comparisons;
	}

	void journal(JournalStatus journal) {
		this.journal = journal;
	}

	void relayProblem(@Nullable String relayProblem) {
		this.relayProblem = relayProblem;
	}

	void circuitOpen(boolean circuitOpen) {
		this.circuitOpen = circuitOpen;
	}

	void diverge(String key) {
		this.comparisons.mismatch(new Divergence(key, "GET", FOUND, false));
	}

	@Override
	public PhaseControl control() {
		return this.control;
	}

	@Override
	public MirrorSettings settings() {
		return new MirrorSettings(MirrorSettings.OnFailure.RAISE, Duration.ofSeconds(2), MirrorSettings.StaleReads.DENY,
				0.01, 1000);
	}

	@Override
	public Comparisons comparisons() {
		return this.comparisons;
	}

	@Override
	public JournalStatus journal() {
		return this.journal;
	}

	@Override
	public @Nullable String relayProblem() {
		return this.relayProblem;
	}

	@Override
	public boolean circuitOpen() {
		return this.circuitOpen;
	}

	@Override
	public int waitingWriters() {
		return 4;
	}

	@Override
	public int parkedWriters() {
		return 5;
	}

	@Override
	public long shed() {
		return 6;
	}

	@Override
	public long unsupported() {
		return 7;
	}

	@Override
	public Map<String, Long> unsupportedCommands() {
		return Map.of("MSETNX", 7L);
	}

}
