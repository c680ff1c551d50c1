package io.migration.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.migration.Side;
import io.migration.jdbc.JdbcMigrationSettings.Acknowledge;
import io.migration.mirror.Copier;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.Relay;
import io.migration.phase.FleetInstance;
import io.migration.phase.LedgerRecord;

import org.springframework.boot.sql.init.DatabaseInitializationMode;

/**
 * Two databases and what relays between them, without an application and without phases.
 */
final class RelayScene implements AutoCloseable {

	static final String NAME = "orders";

	/** Writers of which none waits. */
	static final Copier.Waiters NOBODY = new Copier.Waiters() {

		@Override
		public void covered(long ticket) {
		}

		@Override
		public long drawn() {
			return 0;
		}

		@Override
		public void coveredUpTo(long ticket) {
		}

		@Override
		public void refused(long ticket, String reason) {
		}

	};

	private final Pools pools;

	final JdbcSide source;

	final JdbcSide target;

	final List<MirroredTable> tables = new ArrayList<>();

	private final MirroredTables mirrored = new MirroredTables() {

		@Override
		public List<MirroredTable> get() {
			return RelayScene.this.tables;
		}

		@Override
		public void changed() {
			throw new UnsupportedOperationException();
		}

	};

	final List<Relaying> relays = new ArrayList<>();

	/**
	 * Create tables on both sides, and make source journal them.
	 * @param sourceUrl address of source
	 * @param targetUrl address of target
	 * @param sourceSchema statements for source
	 * @param targetSchema statements for target
	 */
	RelayScene(String sourceUrl, String targetUrl, List<String> sourceSchema, List<String> targetSchema)
			throws SQLException {
		this(sourceUrl, targetUrl, sourceSchema, targetSchema, List.of("*"));
	}

	/**
	 * Create tables on both sides, and make source journal some of them.
	 * @param sourceUrl address of source
	 * @param targetUrl address of target
	 * @param sourceSchema statements for source
	 * @param targetSchema statements for target
	 * @param include patterns of the tables that move
	 */
	RelayScene(String sourceUrl, String targetUrl, List<String> sourceSchema, List<String> targetSchema,
			List<String> include) throws SQLException {
		this.pools = new Pools(sourceUrl, targetUrl);
		this.source = JdbcSide.of(NAME, this.pools, Side.SOURCE);
		this.target = JdbcSide.of(NAME, this.pools, Side.TARGET);
		execute(Side.SOURCE, sourceSchema.toArray(String[]::new));
		execute(Side.TARGET, targetSchema.toArray(String[]::new));
		for (JdbcSide side : List.of(this.source, this.target)) {
			new JdbcLedger(NAME, side.dataSource(), DatabaseInitializationMode.ALWAYS).join(
					new FleetInstance("test", "here", 0, Duration.ZERO), LedgerRecord.first("p", null, Instant.now()));
			side.ask((connection) -> {
				side.relayRow().ensure(connection);
				return true;
			});
		}
		TableScope scope = new TableScope(include, List.of(), Map.of());
		List<Table> onSource = this.source
			.ask((connection) -> SchemaReader.read(connection, this.source.dialect(), scope));
		List<Table> onTarget = this.target
			.ask((connection) -> SchemaReader.read(connection, this.target.dialect(), scope));
		for (Table table : onSource) {
			Table other = onTarget.stream()
				.filter((one) -> one.name().name().equals(table.name().name()))
				.findFirst()
				.orElseThrow();
			List<MirroredTable.ColumnPair> key = new ArrayList<>();
			List<MirroredTable.ColumnPair> others = new ArrayList<>();
			table.columns().stream().filter((column) -> !column.computed()).forEach((column) -> {
				Column pair = other.column(column.name());
				(table.key().contains(column.name()) ? key : others)
					.add(new MirroredTable.ColumnPair(column, java.util.Objects.requireNonNull(pair)));
			});
			this.tables.add(new MirroredTable(table, other, key, others));
		}
		this.source.ask((connection) -> {
			Capture.of(this.source.dialect()).install(connection, onSource);
			return true;
		});
	}

	/**
	 * Start a relay from source.
	 */
	Relaying relay(String instance) {
		Relaying relaying = Relaying.from(this.source, this.target, NAME, instance, Acknowledge.APPLIED,
				Duration.ofSeconds(5), List.of(), this.mirrored, MirrorObserver.NONE, Thread::new);
		relaying.relay().start(Thread::new);
		this.relays.add(relaying);
		return relaying;
	}

	/**
	 * Create a copier that a test drives by itself. It holds the lease.
	 * @param instance names it
	 * @param journal the journal it reads
	 * @param sink the side it writes
	 */
	JdbcCopier copier(String instance, Journal journal, RowSink sink) throws SQLException {
		return copier(instance, journal, sink, Duration.ofSeconds(5));
	}

	/**
	 * Create a copier with a timeout of its own.
	 */
	JdbcCopier copier(String instance, Journal journal, RowSink sink, Duration timeout) throws SQLException {
		holdLease(instance);
		return new JdbcCopier(journal, this.source.dataSource(), sink,
				new JdbcRelayLease(this.source.relayRow(), this.source.dataSource(), instance, Side.SOURCE,
						Thread::new),
				new RelayFollower(journal, this.target.relayRow(), this.source.dataSource(), this.target.dataSource(),
						this.mirrored, Thread::new),
				this.mirrored, timeout, Thread::new);
	}

	void holdLease(String instance) throws SQLException {
		this.source.ask((connection) -> {
			this.source.relayRow().seal(connection, instance, Duration.ofHours(1));
			return true;
		});
	}

	RowQueries queries() {
		return new RowQueries(Side.SOURCE, this.source.dialect(), this.target.dialect(), List.of());
	}

	Journal journal() {
		return Journal.of(this.source.dialect(), Side.SOURCE, queries());
	}

	RowSink sink(RelayRow row) {
		return new JdbcRowSink(row, Side.TARGET, this.target.dialect(), this.target.dataSource(), Duration.ofSeconds(5),
				false, this.mirrored);
	}

	/**
	 * Wait until what was committed up to now is on target.
	 */
	void catchUp(Relaying relaying) throws Exception {
		Relay relay = relaying.relay();
		relay.await(relay.ticket(), Duration.ofSeconds(60)).get(60, TimeUnit.SECONDS);
	}

	void execute(Side side, String... statements) throws SQLException {
		try (Connection connection = this.pools.own(side).getConnection();
				Statement statement = connection.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
	}

	/**
	 * Read a result as text, row by row.
	 */
	List<List<String>> query(Side side, String sql) throws SQLException {
		List<List<String>> rows = new ArrayList<>();
		try (Connection connection = this.pools.own(side).getConnection();
				Statement statement = connection.createStatement();
				ResultSet results = statement.executeQuery(sql)) {
			int width = results.getMetaData().getColumnCount();
			while (results.next()) {
				List<String> row = new ArrayList<>();
				for (int i = 1; i <= width; i++) {
					row.add(results.getString(i));
				}
				rows.add(row);
			}
		}
		return rows;
	}

	@Override
	public void close() {
		this.relays.forEach((one) -> one.relay().stop());
		this.pools.close();
	}

	private static final class Pools implements JdbcPools {

		private final HikariDataSource source;

		private final HikariDataSource target;

		Pools(String sourceUrl, String targetUrl) {
			this.source = pool(sourceUrl);
			this.target = pool(targetUrl);
		}

		private static HikariDataSource pool(String url) {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl(url);
			pool.setMaximumPoolSize(8);
			pool.setMinimumIdle(0);
			if (url.startsWith("jdbc:postgresql")) {
				pool.addDataSourceProperty("binaryTransfer", "false");
				pool.addDataSourceProperty("stringtype", "unspecified");
			}
			return pool;
		}

		@Override
		public DataSource own(Side side) {
			return (side == Side.SOURCE) ? this.source : this.target;
		}

		@Override
		public String url(Side side) {
			return ((side == Side.SOURCE) ? this.source : this.target).getJdbcUrl();
		}

		@Override
		public DataSource target() {
			return this.target;
		}

		@Override
		public DataSource targetReads() {
			return this.target;
		}

		@Override
		public void close() {
			this.source.close();
			this.target.close();
		}

	}

}
