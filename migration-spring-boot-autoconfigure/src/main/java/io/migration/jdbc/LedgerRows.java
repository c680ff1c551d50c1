package io.migration.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.phase.DesiredPhase;
import io.migration.phase.FleetInstance;
import io.migration.phase.Ledger.StoreMark;
import io.migration.phase.LedgerRecord;
import io.migration.phase.PhaseChange;
import io.migration.phase.Stage;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;

/**
 * The rows of the ledger's tables, as parameters and as what they stand for. Names are
 * wire names, instants are text, and what a person wrote is cut where the column ends:
 * too long a reason must not hold up a step.
 */
final class LedgerRows {

	private static final int LONG_TEXT = 1000;

	private static final int TEXT = 255;

	private LedgerRows() {
	}

	static MapSqlParameterSource of(String migration, LedgerRecord record) {
		DesiredPhase desired = record.desired();
		return new MapSqlParameterSource().addValue("migration", migration)
			.addValue("pair", record.pair())
			.addValue("phase", record.phase().wireName())
			.addValue("authority", record.authority().wireName())
			.addValue("epoch", record.epoch())
			.addValue("revision", record.revision())
			.addValue("stage", record.stage().wireName())
			.addValue("goal", record.goal().wireName())
			.addValue("deadline", text(record.deadline()))
			.addValue("desiredPhase", (desired != null) ? desired.phase().wireName() : null)
			.addValue("desiredBy", (desired != null) ? shorten(desired.by(), TEXT) : null)
			.addValue("desiredReason", (desired != null) ? shorten(desired.reason(), LONG_TEXT) : null)
			.addValue("desiredForce", desired != null && desired.force())
			.addValue("since", text(record.since()))
			.addValue("journalingSince", text(record.journalingSince()));
	}

	static LedgerRecord record(ResultSet row, int number) throws SQLException {
		return new LedgerRecord(row.getString("pair"), MigrationPhase.of(row.getString("phase")),
				side(row, "authority"), row.getLong("epoch"), row.getLong("revision"),
				constant(Stage.class, row.getString("stage")), MigrationPhase.of(row.getString("goal")),
				instant(row.getString("deadline")), desired(row), Instant.parse(row.getString("since")),
				instant(row.getString("journaling_since")));
	}

	private static @Nullable DesiredPhase desired(ResultSet row) throws SQLException {
		String phase = row.getString("desired_phase");
		return (phase != null) ? new DesiredPhase(MigrationPhase.of(phase), row.getString("desired_by"),
				row.getString("desired_reason"), row.getBoolean("desired_force")) : null;
	}

	static MapSqlParameterSource of(String migration, PhaseChange change) {
		return new MapSqlParameterSource().addValue("migration", migration)
			.addValue("epoch", change.epoch())
			.addValue("from", change.from().wireName())
			.addValue("to", change.to().wireName())
			.addValue("at", text(change.at()))
			.addValue("by", shorten(change.by(), TEXT))
			.addValue("reason", shorten(change.reason(), LONG_TEXT));
	}

	static PhaseChange change(ResultSet row, int number) throws SQLException {
		return new PhaseChange(MigrationPhase.of(row.getString("from_phase")),
				MigrationPhase.of(row.getString("to_phase")), row.getLong("epoch"),
				Instant.parse(row.getString("changed_at")), row.getString("changed_by"), row.getString("reason"));
	}

	static MapSqlParameterSource of(String migration, FleetInstance instance) {
		return new MapSqlParameterSource().addValue("migration", migration)
			.addValue("id", instance.id())
			.addValue("host", shorten(instance.host(), TEXT))
			.addValue("applied", instance.applied());
	}

	static FleetInstance instance(ResultSet row, int number) throws SQLException {
		// a clock that was set back must not make an instance younger than now
		long micros = Math.max(0, row.getLong("silence"));
		return new FleetInstance(row.getString("id"), row.getString("host"), row.getLong("applied"),
				Duration.ofNanos(Math.multiplyExact(micros, 1000)));
	}

	static StoreMark mark(ResultSet row, int number) throws SQLException {
		return new StoreMark(row.getString("pair"), side(row, "side"));
	}

	private static Side side(ResultSet row, String column) throws SQLException {
		return constant(Side.class, row.getString(column));
	}

	private static <E extends Enum<E>> E constant(Class<E> type, String wireName) {
		return Enum.valueOf(type, wireName.toUpperCase(Locale.ROOT).replace('-', '_'));
	}

	private static @Nullable Instant instant(@Nullable String text) {
		return (text != null) ? Instant.parse(text) : null;
	}

	private static @Nullable String text(@Nullable Instant instant) {
		return (instant != null) ? instant.toString() : null;
	}

	private static @Nullable String shorten(@Nullable String text, int length) {
		return (text != null && text.length() > length) ? text.substring(0, length) : text;
	}

}
