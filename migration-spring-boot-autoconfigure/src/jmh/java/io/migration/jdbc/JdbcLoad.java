package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.migration.MigrationPhase;
import io.migration.test.PostgresServer;
import org.HdrHistogram.Histogram;

/**
 * What a migration costs those who write to a database: transactions a second and how long
 * commits take, by threads that write as fast as they can, beside the same pool without a
 * migration. Real servers that sync to the disk; application, load and both servers share
 * the machine. Variants take turns; figures are medians of runs, ratios are taken within a
 * run.
 */
public final class JdbcLoad {

	private static final int ROWS = 10_000;

	private static final int POOL = 40;

	private static final Map<String, String> SYNCED = Map.of("fsync", "on", "synchronous_commit", "on",
			"shared_buffers", "256MB", "max_connections", "300");

	private final Options options;

	private final Site applied;

	private final Site durable;

	private JdbcLoad(Options options, Site applied, Site durable) {
		this.options = options;
		this.applied = applied;
		this.durable = durable;
	}

	/**
	 * Measure.
	 * @param arguments {@code --runs 5 --warmup 15 --seconds 3 --threads 1,8,32 --loads update,order
	 * --variants source,off,shadow,applied,durable --source postgresql|mariadb}
	 * @throws Exception if a server fails
	 */
	public static void main(String[] arguments) throws Exception {
		Options options = Options.parse(arguments);
		try (PostgresServer source = PostgresServer.start(SYNCED); PostgresServer target = PostgresServer.start(SYNCED);
				Site applied = Site.create(options, source, target, "applied");
				Site durable = Site.create(options, source, target, "durable")) {
			new JdbcLoad(options, applied, durable).run();
		}
		System.exit(0);
	}

	private void run() throws Exception {
		for (String load : this.options.loads()) {
			// compilers take long on few cores, and as much as what is measured
			for (String variant : this.options.variants()) {
				turn(variant, load, 8, this.options.warmup());
			}
			for (int threads : this.options.threads()) {
				Map<String, List<Slice>> slices = new LinkedHashMap<>();
				for (int run = 0; run < this.options.runs(); run++) {
					for (String variant : this.options.variants()) {
						slices.computeIfAbsent(variant, (name) -> new ArrayList<>())
							.add(turn(variant, load, threads, this.options.slice()));
					}
				}
				report(load, threads, slices);
			}
		}
	}

	private Slice turn(String variant, String load, int threads, Duration duration) throws Exception {
		Site site = variant.equals("durable") ? this.durable : this.applied;
		site.application().walkTo(switch (variant) {
			case "shadow" -> MigrationPhase.SHADOW;
			case "applied", "durable" -> MigrationPhase.DUAL_WRITE;
			default -> MigrationPhase.OFF;
		});
		if (!variant.equals("source") && !variant.equals("off")) {
			// what target lacks is copied first, as it would be in a migration
			while (site.reconciles()) {
				TimeUnit.MILLISECONDS.sleep(20);
			}
			site.application().awaitDrained();
		}
		Slice slice = write(variant.equals("source") ? site.plain() : site.application().dataSource(), load, threads,
				duration);
		if (!variant.equals("source") && !variant.equals("off")) {
			site.application().awaitDrained();
			site.application().walkTo(MigrationPhase.OFF);
		}
		return slice;
	}

	private Slice write(DataSource dataSource, String load, int threads, Duration duration) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			CyclicBarrier start = new CyclicBarrier(threads);
			List<Future<Slice>> parts = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				parts.add(executor.submit(() -> {
					start.await();
					return one(dataSource, load, duration);
				}));
			}
			Slice all = parts.get(0).get();
			for (Future<Slice> part : parts.subList(1, threads)) {
				all = all.join(part.get());
			}
			return all;
		}
		finally {
			executor.shutdownNow();
		}
	}

	private static Slice one(DataSource dataSource, String load, Duration duration) throws SQLException {
		Slice slice = new Slice(histogram(), histogram(), 0);
		SplittableRandom random = new SplittableRandom();
		long begin = System.nanoTime();
		long now = begin;
		while (now - begin < duration.toNanos()) {
			long committing;
			try (Connection connection = dataSource.getConnection()) {
				connection.setAutoCommit(false);
				if (load.equals("update")) {
					update(connection, random);
				}
				else {
					order(connection, random);
				}
				committing = System.nanoTime();
				connection.commit();
				slice.commits().recordValue(System.nanoTime() - committing);
			}
			long after = System.nanoTime();
			slice.transactions().recordValue(after - now);
			now = after;
		}
		return new Slice(slice.transactions(), slice.commits(), now - begin);
	}

	private static void update(Connection connection, SplittableRandom random) throws SQLException {
		try (PreparedStatement statement = connection
			.prepareStatement("update account set balance = balance + ?, note = ? where id = ?")) {
			statement.setInt(1, random.nextInt(100));
			statement.setString(2, Long.toString(random.nextLong(), 36));
			statement.setInt(3, random.nextInt(ROWS));
			statement.executeUpdate();
		}
	}

	private static void order(Connection connection, SplittableRandom random) throws SQLException {
		long id;
		try (PreparedStatement statement = connection.prepareStatement("insert into purchase (account) values (?)",
				Statement.RETURN_GENERATED_KEYS)) {
			statement.setInt(1, random.nextInt(ROWS));
			statement.executeUpdate();
			try (var keys = statement.getGeneratedKeys()) {
				keys.next();
				id = keys.getLong(1);
			}
		}
		try (PreparedStatement statement = connection
			.prepareStatement("insert into line (purchase, number, amount) values (?, ?, ?)")) {
			for (int i = 0; i < 3; i++) {
				statement.setLong(1, id);
				statement.setInt(2, i);
				statement.setInt(3, random.nextInt(1000));
				statement.addBatch();
			}
			statement.executeBatch();
		}
		update(connection, random);
	}

	private static Histogram histogram() {
		return new Histogram(1000, Duration.ofMinutes(1).toNanos(), 3);
	}

	private static void report(String load, int threads, Map<String, List<Slice>> slices) {
		List<Slice> raw = slices.values().iterator().next();
		System.out.printf("%n%s, %d thread(s)%n%-10s %26s %22s %12s %12s%n", load, threads, "", "transactions/s",
				"ratio", "commit p50", "commit p99");
		slices.forEach((variant, runs) -> {
			double[] rates = runs.stream().mapToDouble(Slice::perSecond).toArray();
			double[] ratios = new double[rates.length];
			for (int i = 0; i < rates.length; i++) {
				ratios[i] = rates[i] / raw.get(i).perSecond();
			}
			System.out.printf("%-10s %26s %22s %9.0f us %9.0f us%n", variant, spread("%.0f", rates),
					spread("%.2f", ratios), median(runs.stream().mapToDouble((one) -> one.commit(50)).toArray()),
					median(runs.stream().mapToDouble((one) -> one.commit(99)).toArray()));
		});
	}

	private static String spread(String format, double[] values) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		return String.format(format + " (" + format + " to " + format + ")", median(values), sorted[0],
				sorted[sorted.length - 1]);
	}

	private static double median(double[] values) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		int middle = sorted.length / 2;
		return (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
	}

	/**
	 * What threads did.
	 *
	 * @param transactions how long transactions took
	 * @param commits how long their commits took
	 * @param nanos how long all of it took
	 */
	private record Slice(Histogram transactions, Histogram commits, long nanos) {

		Slice join(Slice other) {
			this.transactions.add(other.transactions);
			this.commits.add(other.commits);
			return new Slice(this.transactions, this.commits, Math.max(this.nanos, other.nanos));
		}

		double perSecond() {
			return this.transactions.getTotalCount() * 1e9 / this.nanos;
		}

		double commit(double percentile) {
			return this.commits.getValueAtPercentile(percentile) / 1e3;
		}

	}

	/**
	 * An application with its two databases.
	 *
	 * @param application the application
	 * @param plain a pool of the same size to the same source
	 */
	private record Site(MigratedDatabase application, HikariDataSource plain) implements AutoCloseable {

		static Site create(Options options, PostgresServer source, PostgresServer target, String acknowledge)
				throws Exception {
			String sourceUrl = options.mariaDb() ? mariaDb() : source.jdbcUrl(source.createDatabase());
			String targetUrl = target.jdbcUrl(target.createDatabase());
			HikariDataSource plain = pool(sourceUrl);
			create(plain, options.mariaDb());
			try (HikariDataSource other = pool(targetUrl)) {
				create(other, false);
			}
			MigratedDatabase application = MigratedDatabase.start(sourceUrl, targetUrl,
					"spring.datasource.hikari.maximum-pool-size=" + POOL, "mirror.acknowledge=" + acknowledge,
					"compare.sample-rate=0.01", "target.adopt=true", "gates.schema=off",
					"logging.level.io.migration=WARN");
			return new Site(application, plain);
		}

		private static HikariDataSource pool(String url) {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl(url);
			pool.setMaximumPoolSize(POOL);
			return pool;
		}

		private static void create(DataSource dataSource, boolean mariaDb) throws SQLException {
			try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
				String identity = mariaDb ? "bigint auto_increment primary key"
						: "bigint generated by default as identity primary key";
				statement.execute("create table account (id int primary key, balance int not null, note varchar(100))");
				statement.execute("create table purchase (id %s, account int not null)".formatted(identity));
				statement.execute(
						"create table line (purchase bigint not null, number int not null, amount int not null, primary key (purchase, number))");
				try (PreparedStatement insert = connection.prepareStatement("insert into account values (?, 0, '')")) {
					for (int i = 0; i < ROWS; i++) {
						insert.setInt(1, i);
						insert.addBatch();
					}
					insert.executeBatch();
				}
			}
		}

		boolean reconciles() throws SQLException {
			try (Connection connection = this.plain.getConnection();
					Statement statement = connection.createStatement();
					ResultSet state = statement.executeQuery("select copied from migration_relay")) {
				return !state.next() || state.getString(1) == null || CopyState.valueOf(state.getString(1)).reconciles();
			}
		}

		/** Its server is on the class path only in the profile that has its tests. */
		private static String mariaDb() throws ReflectiveOperationException {
			Class<?> type = Class.forName("io.migration.test.MariaDbServer");
			Object server = type.getMethod("shared").invoke(null);
			Object database = type.getMethod("createDatabase").invoke(server);
			return (String) type.getMethod("jdbcUrl", String.class).invoke(server, database);
		}

		@Override
		public void close() {
			this.application.close();
			this.plain.close();
		}

	}

	/**
	 * What to measure.
	 *
	 * @param runs how often
	 * @param warmup how long a variant warms up
	 * @param slice how long a turn lasts
	 * @param threads numbers of threads
	 * @param loads what transactions do
	 * @param variants what is compared
	 * @param mariaDb whether source is MariaDB
	 */
	private record Options(int runs, Duration warmup, Duration slice, List<Integer> threads, List<String> loads, List<String> variants,
			boolean mariaDb) {

		private static Duration seconds(String text) {
			return Duration.ofNanos((long) (Double.parseDouble(text) * TimeUnit.SECONDS.toNanos(1)));
		}

		static Options parse(String... arguments) {
			Map<String, String> given = new LinkedHashMap<>(Map.of("--runs", "5", "--warmup", "15", "--seconds", "3", "--threads",
					"1,8,32", "--loads", "update,order", "--variants", "source,off,shadow,applied,durable", "--source",
					"postgresql"));
			for (int i = 0; i + 1 < arguments.length; i += 2) {
				if (given.put(arguments[i], arguments[i + 1]) == null) {
					throw new IllegalArgumentException("unknown argument: " + arguments[i]);
				}
			}
			return new Options(Integer.parseInt(given.get("--runs")), seconds(given.get("--warmup")),
					seconds(given.get("--seconds")),
					Arrays.stream(given.get("--threads").split(",")).map(Integer::valueOf).toList(),
					List.of(given.get("--loads").split(",")), List.of(given.get("--variants").split(",")),
					given.get("--source").equals("mariadb"));
		}

	}

}
