package io.migration.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.lettuce.core.RedisClient;
import io.migration.Side;
import io.migration.test.RedisClusterServer;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;

/**
 * The servers on which {@link CommandSamples} run, and the values that their texts leave
 * open. Scripts and functions are not the migration's to copy: every server has them.
 */
final class SampleServers implements AutoCloseable {

	private static final String LIBRARY = """
			#!lua name=%s
			redis.register_function('%s', function(keys, args) return redis.call('SET', keys[1], args[1]) end)
			redis.register_function{function_name='%s', flags={'no-writes'}, \
			callback=function(keys) return redis.call('GET', keys[1]) end}
			""";

	private static final String WRITE = "redis.call('SET', KEYS[1], ARGV[1]) return {KEYS[1], redis.call('DBSIZE') > 0}";

	private static final String READ = "return redis.call('GET', KEYS[1])";

	private final RedisServer source = RedisServer.start();

	private final RedisServer target = RedisServer.start();

	private final RedisServer plain = RedisServer.start();

	private final RedisServer scratch = RedisServer.start();

	private final RedisClusterServer cluster = RedisClusterServer.start(3);

	private final Map<String, String> values = new HashMap<>();

	private final CommandCatalog catalog;

	SampleServers() {
		this.values.put("$port", String.valueOf(this.scratch.port()));
		this.values.put("$script", WRITE);
		this.values.put("$readscript", READ);
		this.values.put("$second", "return redis.call('SET', KEYS[2], ARGV[1])");
		this.values.put("$keyless", "return redis.call('SET', ARGV[1], 'value')");
		this.values.put("$failing", "redis.call('SET', KEYS[1], 'half') return redis.call('INCR', KEYS[1])");
		this.values.put("$library", LIBRARY.formatted("third", "write3", "read3"));
		this.values.put("$bytes", "\u0000\r\n\u00ff");
		try (RedisClient client = RedisClient.create(this.plain.uri());
				RawConnection connection = RawConnection.open(client)) {
			connection.text("RPUSH", "dumped", "1", "two");
			this.values.put("$dump", connection.text("DUMP", "dumped"));
			connection.text("FUNCTION", "LOAD", LIBRARY.formatted("fourth", "write4", "read4"));
			this.values.put("$functions", connection.text("FUNCTION", "DUMP"));
			this.catalog = connection.catalog();
		}
	}

	/**
	 * Empty every server, and give it the scripts and functions.
	 */
	void empty() {
		List<RedisServer> all = new ArrayList<>(List.of(this.source, this.target, this.plain, this.scratch));
		all.addAll(this.cluster.servers());
		all.forEach((server) -> on(server, (connection) -> {
			connection.text("FLUSHALL");
			connection.text("FUNCTION", "FLUSH");
			connection.text("FUNCTION", "LOAD", LIBRARY.formatted("one", "write", "read"));
			connection.text("FUNCTION", "LOAD", LIBRARY.formatted("other", "write2", "read2"));
			this.values.put("$sha", connection.text("SCRIPT", "LOAD", WRITE));
			this.values.put("$readsha", connection.text("SCRIPT", "LOAD", READ));
		}));
	}

	private static void on(RedisServer server, Consumer<RawConnection> action) {
		try (RedisClient client = RedisClient.create(server.uri());
				RawConnection connection = RawConnection.open(client)) {
			action.accept(connection);
		}
	}

	/**
	 * Wait until the relay has nothing left to do. What it would still copy could hide
	 * that a later command was not journaled.
	 * @param nodes the servers of target
	 */
	static void awaitQuiet(MigratedApplication application, List<RedisServer> nodes) {
		if (application.control().phase().authority() == Side.SOURCE) {
			Awaitility.await().until(() -> nodes.stream().anyMatch(SampleServers::reconciled));
		}
		application.awaitEmptyJournal();
		Awaitility.await().until(() -> application.migration().catchUp().reached());
	}

	private static boolean reconciled(RedisServer node) {
		try (RedisClient client = RedisClient.create(node.uri());
				RawConnection connection = RawConnection.open(client)) {
			return connection.text("GET", "migration:{tokens}:reconciled").equals("1");
		}
	}

	RedisServer source() {
		return this.source;
	}

	RedisServer target() {
		return this.target;
	}

	RedisClusterServer cluster() {
		return this.cluster;
	}

	/**
	 * Return the server without a migration, on which the same is done.
	 */
	RedisServer plain() {
		return this.plain;
	}

	CommandCatalog catalog() {
		return this.catalog;
	}

	Map<String, String> values() {
		return this.values;
	}

	/**
	 * Return what the server says of the command of a sample.
	 */
	CommandCatalog.Entry entry(CommandSample sample) {
		CommandCatalog.Entry entry = this.catalog.find(sample.bytes(this.values));
		if (entry == null) {
			throw new AssertionError("the server does not know " + sample.command());
		}
		return entry;
	}

	@Override
	public void close() {
		List.of(this.source, this.target, this.plain, this.scratch).forEach(RedisServer::close);
		this.cluster.close();
	}

}
