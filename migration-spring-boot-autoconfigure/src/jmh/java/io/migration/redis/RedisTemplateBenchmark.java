package io.migration.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.ConnectionFacade;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import io.migration.MigrationPhase;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnection;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.test.util.ReflectionTestUtils;

/**
 * What the starter adds to a read through a template, in time and, by {@code -prof gc},
 * in allocation.
 * <p>
 * The applications are real ones, with stores and a ledger. Only the channel of the
 * connection that the template uses is replaced, by one that answers at once, in the
 * calling thread: in the plain application right below the connection, in the migrated
 * one right below {@link MigratingChannelWriter}. So all that the starter adds on the way
 * of a command is measured, and nothing else differs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "-Dlogging.level.io.migration=WARN")
public class RedisTemplateBenchmark {

	/** Without the starter, in off, and in shadow without and with comparisons. */
	@Param({ "raw", "off", "shadow", "shadow-compared" })
	private String variant = "raw";

	private BenchmarkStore source;

	private BenchmarkStore target;

	private BenchmarkApplication application;

	private StringRedisTemplate redis;

	/**
	 * Start an application, and take its channel away.
	 */
	@Setup(Level.Trial)
	public void start() {
		this.source = BenchmarkStore.start(false);
		this.target = BenchmarkStore.start(false);
		this.application = switch (this.variant) {
			case "raw" -> BenchmarkApplication.plain(this.source);
			case "shadow" -> BenchmarkApplication.migrated(this.source, this.target,
					"migration.redis.%s.compare.sample-rate=0".formatted(BenchmarkApplication.MIGRATION));
			default -> BenchmarkApplication.migrated(this.source, this.target);
		};
		if (this.variant.startsWith("shadow")) {
			this.application.walkTo(MigrationPhase.SHADOW);
		}
		this.redis = this.application.redis();
		replaceChannel(this.redis.getRequiredConnectionFactory());
	}

	@SuppressWarnings("deprecation")
	private static void replaceChannel(RedisConnectionFactory factory) {
		try (RedisConnection connection = factory.getConnection()) {
			RedisAsyncCommands<?, ?> commands = (RedisAsyncCommands<?, ?>) ((LettuceConnection) connection)
				.getNativeConnection();
			RedisChannelHandler<?, ?> handler = (RedisChannelHandler<?, ?>) commands.getStatefulConnection();
			if (handler.getChannelWriter() instanceof MigratingChannelWriter migrating) {
				ReflectionTestUtils.setField(migrating, "channel", new AnsweringChannel(migrating.channel()));
			}
			else {
				ReflectionTestUtils.setField(handler, "channelWriter",
						new AnsweringChannel(handler.getChannelWriter()));
			}
		}
	}

	/**
	 * Stop it.
	 */
	@TearDown(Level.Trial)
	public void stop() {
		this.application.close();
		this.target.close();
		this.source.close();
	}

	/**
	 * Read a string.
	 * @return the string
	 */
	@Benchmark
	public Object get() {
		return this.redis.opsForValue().get("key");
	}

	/**
	 * Answers every command at once, in the calling thread.
	 */
	private static final class AnsweringChannel implements RedisChannelWriter {

		private final ByteBuffer answer = ByteBuffer.wrap("value".getBytes(StandardCharsets.US_ASCII));

		private final RedisChannelWriter replaced;

		AnsweringChannel(RedisChannelWriter replaced) {
			this.replaced = replaced;
		}

		@Override
		public <K, V, T> RedisCommand<K, V, T> write(RedisCommand<K, V, T> command) {
			CommandOutput<K, V, T> output = command.getOutput();
			output.set(this.answer.duplicate());
			command.complete();
			return command;
		}

		@Override
		@SuppressWarnings("unchecked")
		public <K, V> Collection<RedisCommand<K, V, ?>> write(Collection<? extends RedisCommand<K, V, ?>> commands) {
			commands.forEach(this::write);
			return (Collection<RedisCommand<K, V, ?>>) commands;
		}

		@Override
		public void close() {
			this.replaced.close();
		}

		@Override
		public CompletableFuture<Void> closeAsync() {
			return this.replaced.closeAsync();
		}

		@Override
		public ClientResources getClientResources() {
			return this.replaced.getClientResources();
		}

		@Override
		public void setConnectionFacade(ConnectionFacade connection) {
			this.replaced.setConnectionFacade(connection);
		}

		@Override
		public void setAutoFlushCommands(boolean autoFlush) {
			this.replaced.setAutoFlushCommands(autoFlush);
		}

		@Override
		public void flushCommands() {
			this.replaced.flushCommands();
		}

	}

}
