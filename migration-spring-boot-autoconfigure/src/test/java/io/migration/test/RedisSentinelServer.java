package io.migration.test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import org.awaitility.Awaitility;

/**
 * A master, its replica, and one sentinel that promotes the replica when the master has
 * not answered for half a second. All on loopback.
 */
public final class RedisSentinelServer implements AutoCloseable {

	/** The name by which the sentinel knows the master. */
	public static final String MASTER = "primary";

	private final RedisServer first;

	private final RedisServer second;

	private final RedisServer sentinel;

	private RedisSentinelServer() {
		this.first = RedisServer.start();
		this.second = RedisServer.start("--replicaof", "127.0.0.1", String.valueOf(this.first.port()));
		this.sentinel = RedisServer.startSentinel();
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> on(this.second, (redis) -> redis.info("replication")).contains("master_link_status:up"));
		ask("MONITOR", MASTER, "127.0.0.1", String.valueOf(this.first.port()), "1");
		ask("SET", MASTER, "down-after-milliseconds", "500", "failover-timeout", "3000");
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> on(this.sentinel, (redis) -> redis.info("sentinel")).contains("status=ok")
					&& on(this.sentinel, (redis) -> redis.info("sentinel")).contains("slaves=1"));
	}

	/**
	 * Starts the servers and waits until the sentinel knows both.
	 * @return the running servers
	 */
	public static RedisSentinelServer start() {
		return new RedisSentinelServer();
	}

	/**
	 * The sentinel's address as in {@code spring.data.redis.sentinel.nodes}.
	 * @return host and port
	 */
	public String node() {
		return "127.0.0.1:" + this.sentinel.port();
	}

	/**
	 * The server that the sentinel takes for the master now.
	 * @return the master
	 */
	public RedisServer master() {
		List<Object> address = on(this.sentinel,
				(redis) -> redis.dispatch(Sentinel.SENTINEL, new ArrayOutput<>(StringCodec.UTF8),
						new CommandArgs<>(StringCodec.UTF8).add("GET-MASTER-ADDR-BY-NAME").add(MASTER)));
		return address.get(1).equals(String.valueOf(this.first.port())) ? this.first : this.second;
	}

	/**
	 * The server that follows the master.
	 * @return the replica
	 */
	public RedisServer replica() {
		return (master() == this.first) ? this.second : this.first;
	}

	/**
	 * Waits until the replica has all that the master has, kills the master, and waits
	 * until the replica has taken its place. To be called while nobody writes to the
	 * master.
	 */
	public void killMasterInSync() {
		RedisServer killed = master();
		RedisServer promoted = replica();
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> offset(killed).equals(offset(promoted)));
		killed.kill();
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> master() == promoted
					&& on(promoted, (redis) -> redis.info("replication")).contains("role:master"));
	}

	private static String offset(RedisServer server) {
		String info = on(server, (redis) -> redis.info("replication"));
		int start = info.indexOf("master_repl_offset:");
		return info.substring(start, info.indexOf('\r', start));
	}

	private void ask(String... arguments) {
		CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
		List.of(arguments).forEach(args::add);
		on(this.sentinel, (redis) -> redis.dispatch(Sentinel.SENTINEL, new StatusOutput<>(StringCodec.UTF8), args));
	}

	private static <T> T on(RedisServer server, Function<RedisCommands<String, String>, T> action) {
		try (RedisClient client = RedisClient.create(RedisURI.create(server.uri()));
				StatefulRedisConnection<String, String> connection = client.connect()) {
			return action.apply(connection.sync());
		}
	}

	@Override
	public void close() {
		this.sentinel.close();
		this.second.close();
		this.first.close();
	}

	@SuppressWarnings("deprecation")
	private enum Sentinel implements ProtocolKeyword {

		SENTINEL;

		@Override
		public byte[] getBytes() {
			return name().getBytes(StandardCharsets.US_ASCII);
		}

	}

}
