package io.migration.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.sql.DataSource;

import io.migration.MigrationPhase;
import io.migration.MigrationPhase.Reads;
import io.migration.MigrationPhase.Writes;
import io.migration.Side;
import io.migration.phase.PinnedPhase;
import io.migration.phase.StubPhase;
import org.jspecify.annotations.Nullable;

/**
 * Routes by the phase table, notes what it is asked, and fails where it is told to.
 */
final class StubRouting implements Routing {

	final List<UnitKind> begun = new ArrayList<>();

	final List<String> ended = new ArrayList<>();

	final List<String> awaited = new ArrayList<>();

	final List<String> connected = new ArrayList<>();

	final List<String> calls = new ArrayList<>();

	final List<String> checked = new ArrayList<>();

	final List<RecordedQuery> compared = new ArrayList<>();

	final StubPhase phase;

	private final SqlKinds kinds = new SqlKinds(() -> Set.of("volatile_function"));

	private final Map<Side, DataSource> sides = new EnumMap<>(Side.class);

	/** Target's read sessions, if they are other ones. */
	@Nullable DataSource targetReads;

	boolean fallsBack;

	boolean samples;

	@Nullable SQLException refusesToBegin;

	@Nullable SQLException failsToConfirm;

	@Nullable SQLException refuses;

	@Nullable Fault fault;

	StubRouting(MigrationPhase phase, DataSource source, DataSource target) {
		this.phase = new StubPhase(phase);
		this.sides.put(Side.SOURCE, source);
		this.sides.put(Side.TARGET, target);
	}

	@Override
	public PinnedPhase begin(UnitKind unit) throws SQLException {
		this.begun.add(unit);
		if (this.refusesToBegin != null) {
			throw this.refusesToBegin;
		}
		return this.phase.enter();
	}

	@Override
	public Side readsFrom(PinnedPhase pinned) {
		return (pinned.reads() == Reads.SHARED) ? Side.TARGET : pinned.authority();
	}

	@Override
	public Connection connect(Side side, boolean readOnly, @Nullable Credentials credentials) throws SQLException {
		String name = side.wireName() + (readOnly ? " apart" : "")
				+ ((credentials != null) ? " as " + credentials : "");
		this.connected.add(name);
		fail(name, "connect");
		DataSource dataSource = (readOnly && this.targetReads != null) ? this.targetReads : this.sides.get(side);
		if (dataSource == null) {
			throw new IllegalStateException();
		}
		return watched(Connection.class, dataSource.getConnection(), name);
	}

	@Override
	public void committed(PinnedPhase pinned) throws SQLException {
		// what is waited for is committed, but its unit must not have ended
		if (this.phase.underWay() == 0 && this.phase.drained()) {
			throw new IllegalStateException("the unit has ended before the wait");
		}
		if (pinned.writes() == Writes.AWAITED || pinned.writes() == Writes.REQUIRED) {
			this.awaited.add(pinned.phase().wireName());
			if (this.failsToConfirm != null) {
				throw this.failsToConfirm;
			}
		}
	}

	@Override
	public SqlKind kind(String sql) {
		return this.kinds.kind(sql);
	}

	@Override
	public boolean samples(PinnedPhase pinned) {
		return this.samples;
	}

	@Override
	public void compare(RecordedQuery query) {
		this.compared.add(query);
	}

	@Override
	public boolean fallsBack() {
		return this.fallsBack;
	}

	@Override
	public void ended(PinnedPhase pinned, UnitKind unit, boolean write, Side side, boolean success, long nanos) {
		this.ended.add("%s on %s %s".formatted(write ? "write" : "read", side.wireName(), success ? "done" : "failed"));
	}

	@Override
	public void check(PinnedPhase pinned, String sql) throws SQLException {
		this.checked.add(sql);
		if (this.refuses != null) {
			throw this.refuses;
		}
	}

	private void fail(String side, String call) throws SQLException {
		Fault present = this.fault;
		if (present != null) {
			SQLException failure = present.of(side, call);
			if (failure != null) {
				throw failure;
			}
		}
	}

	private <T> T watched(Class<T> type, Object original, String side) {
		InvocationHandler handler = (proxy, method, arguments) -> {
			boolean noted = method.getReturnType() == void.class || method.getName().startsWith("execute");
			if (noted) {
				this.calls.add(side + " " + method.getName()
						+ Arrays.toString((arguments != null) ? arguments : new Object[0]));
				fail(side, method.getName());
			}
			return decorated(invoke(method, original, arguments), side, method.getReturnType());
		};
		return type.cast(Proxy.newProxyInstance(StubRouting.class.getClassLoader(), new Class<?>[] { type }, handler));
	}

	private @Nullable Object decorated(@Nullable Object result, String side, Class<?> type) {
		if (result != null
				&& (type == Statement.class || type == PreparedStatement.class || type == CallableStatement.class)) {
			return watched(type, result, side);
		}
		return result;
	}

	private static @Nullable Object invoke(Method method, Object target, Object @Nullable [] arguments)
			throws Throwable {
		try {
			return method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

	/**
	 * Where a physical connection or statement fails.
	 */
	@FunctionalInterface
	interface Fault {

		@Nullable SQLException of(String side, String call);

	}

}
