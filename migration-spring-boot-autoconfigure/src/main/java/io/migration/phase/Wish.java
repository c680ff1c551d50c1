package io.migration.phase;

import io.migration.MigrationPhase;
import org.jspecify.annotations.Nullable;

/**
 * What phase control makes of everything that may say which phase is desired.
 *
 * @param desired the phase asked for, {@code null} when nothing speaks: keep the phase
 * @param readShare percent of reads for target
 * @param note what an operator should know, for example why the flag is not followed
 */
record Wish(@Nullable DesiredPhase desired, int readShare, @Nullable String note) {

	/**
	 * Combine flag, ledger and property: the first that speaks counts, and a flag service
	 * that is configured but has no answer says "keep".
	 * @param settings the migration's settings
	 * @param flags the flag service, {@code null} if none is configured
	 * @param record the present record
	 * @param share the percentage of reads that was followed up to now, kept when the
	 * flag says nothing
	 * @param hasData whether what moves has a journal, which a switched off flag must not
	 * end
	 * @return the wish
	 */
	static Wish of(PhaseSettings settings, @Nullable PhaseFlags flags, LedgerRecord record, int share,
			boolean hasData) {
		if (flags == null) {
			return new Wish(record.desired(), settings.readShare(), null);
		}
		PhaseFlags.Reading reading = flags.read(settings.flag());
		String by = "flag " + settings.flag();
		if (reading instanceof PhaseFlags.Reading.Wanted wanted) {
			Integer wantedShare = wanted.readShare();
			return new Wish(new DesiredPhase(wanted.phase(), by, null, false),
					(wantedShare != null) ? wantedShare : settings.readShare(), null);
		}
		if (reading instanceof PhaseFlags.Reading.Silent silent) {
			return new Wish(null, share,
					"flag '%s' is not followed, the phase is kept: %s".formatted(settings.flag(), silent.reason()));
		}
		if (record.phase() == MigrationPhase.CUTOVER) {
			return new Wish(null, share,
					"flag '%s' is switched off; in cutover that changes nothing: set a variant to step back"
						.formatted(settings.flag()));
		}
		MigrationPhase safe = (!hasData || record.phase() == MigrationPhase.OFF) ? MigrationPhase.OFF
				: MigrationPhase.SHADOW;
		return new Wish(new DesiredPhase(safe, by, "the flag is switched off", false), share, null);
	}

}
