package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

import javax.sql.DataSource;

import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.phase.BenchmarkPhase;
import io.migration.phase.CurrentPhase;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;

/**
 * The routing of a phase that lasts, with nothing behind it that would wait: what is
 * measured is the decoration.
 */
final class BenchmarkRouting implements Routing {

	private final CurrentPhase phase;

	private final DataSource source;

	private final DataSource target;

	private final SqlKinds kinds = new SqlKinds(Set::of);

	BenchmarkRouting(MigrationPhase phase, DataSource source, DataSource target) {
		this.phase = BenchmarkPhase.of(phase);
		this.source = source;
		this.target = target;
	}

	@Override
	public PinnedPhase begin(UnitKind unit) {
		return this.phase.enter();
	}

	@Override
	public Side readsFrom(PinnedPhase pinned) {
		return pinned.authority();
	}

	@Override
	public Connection connect(Side side, boolean readOnly, @Nullable Credentials credentials) throws SQLException {
		return ((side == Side.SOURCE) ? this.source : this.target).getConnection();
	}

	@Override
	public void committed(PinnedPhase pinned) {
	}

	@Override
	public SqlKind kind(String sql) {
		return this.kinds.kind(sql);
	}

	@Override
	public boolean samples(PinnedPhase pinned) {
		return false;
	}

	@Override
	public void compare(RecordedQuery query) {
	}

	@Override
	public boolean fallsBack() {
		return false;
	}

	@Override
	public void ended(PinnedPhase pinned, UnitKind unit, boolean write, Side side, boolean success, long nanos) {
	}

	@Override
	public void check(PinnedPhase pinned, String sql) {
	}

}
