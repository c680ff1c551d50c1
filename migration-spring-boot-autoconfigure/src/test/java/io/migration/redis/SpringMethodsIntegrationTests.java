package io.migration.redis;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.migration.test.RedisServer;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.connection.ReactiveRedisConnection.CommandResponse;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisCommandsProvider;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the methods of Spring's command interfaces send, found by calling each of them
 * with arguments made by reflection. Every method has to send something, and what it
 * sends has to be in the server's table: so it is known whether it writes, and which
 * keys. This holds the seam: whatever Spring offers passes the place where
 * {@link MigratingChannelWriter} stands.
 */
class SpringMethodsIntegrationTests {

	/** Commands of servers after 7.0. A server that has them tells so in its table. */
	private static final Set<String> LATER = Set.of("DELEX", "DIGEST", "HEXPIRE", "HEXPIREAT", "HGETDEL", "HGETEX",
			"HPERSIST", "HPEXPIRE", "HPEXPIREAT", "HPTTL", "HSETEX", "HTTL", "XACKDEL", "XDELEX");

	/** Methods that send nothing when called like this, and why. */
	private static final Map<String, String> SILENT = Map.ofEntries(
			Map.entry("PubSub.subscribe", "a connection of another kind"),
			Map.entry("PubSub.pSubscribe", "a connection of another kind"),
			Map.entry("PubSub.createSubscription", "a connection of another kind"),
			Map.entry("PubSub.isSubscribed", "asks the connection"),
			Map.entry("PubSub.getSubscription", "asks the connection"),
			Map.entry("Connection.select", "not on a shared connection"),
			Map.entry("Stream.xPendingSummary", "called by `xPending`, with what only Spring can make"));

	/** Interface and method, and what it sends. */
	private final Map<String, Map<String, Set<String>>> sent = new TreeMap<>();

	@Test
	void everyMethodSendsWhatTheCatalogKnows() {
		try (RedisServer server = RedisServer.start();
				RedisClient client = RedisClient.create(server.uri());
				RawConnection connection = RawConnection.open(client);
				RecordingClient recording = new RecordingClient(RedisURI.create(server.uri()))) {
			LettuceConnectionFactory factory = new LettuceConnectionFactory("127.0.0.1", server.port()) {

				@Override
				protected AbstractRedisClient createClient() {
					return recording;
				}

			};
			factory.afterPropertiesSet();
			factory.start();
			ReactiveRedisConnectionFactory reactive = factory;
			CommandCatalog catalog = connection.catalog();
			callAll(RedisCommandsProvider.class, factory::getConnection, new ArgumentMaker(RedisKeys.bytes("1")),
					recording, catalog);
			callAll(ReactiveRedisConnection.class, reactive::getReactiveConnection,
					new ArgumentMaker(ByteBuffer.wrap(RedisKeys.bytes("1"))), recording, catalog);
			factory.destroy();
			assertThat(methods((commands) -> commands.isEmpty())).as("methods that send nothing")
				.containsExactlyInAnyOrderElementsOf(SILENT.keySet());
			Set<String> known = catalog.entries().stream().map(CommandCatalog.Entry::name).collect(Collectors.toSet());
			known.addAll(LATER);
			assertThat(methods((commands) -> !known.containsAll(commands)))
				.as("methods that send what the server does not know")
				.isEmpty();
		}
		new GeneratedPage("redis-spring-methods.md").isUpToDate(page());
	}

	private List<String> methods(Predicate<Set<String>> condition) {
		return this.sent.entrySet()
			.stream()
			.flatMap((group) -> group.getValue()
				.entrySet()
				.stream()
				.filter((method) -> condition.test(method.getValue()))
				.map((method) -> group.getKey() + "." + method.getKey()))
			.toList();
	}

	private void callAll(Class<?> provider, Supplier<?> connections, ArgumentMaker maker, RecordingClient recording,
			CommandCatalog catalog) {
		for (Method group : provider.getMethods()) {
			if (group.getName().matches(".*[cC]ommands") && group.getParameterCount() == 0) {
				for (Method method : group.getReturnType().getMethods()) {
					// what execute sends is its caller's to say
					if (!Modifier.isStatic(method.getModifiers()) && !method.getName().equals("execute")) {
						call(group, method, connections, maker, recording, catalog);
					}
				}
			}
		}
	}

	/**
	 * Call one method. What it throws says nothing: its command is never answered.
	 */
	private void call(Method group, Method method, Supplier<?> connections, ArgumentMaker maker,
			RecordingClient recording, CommandCatalog catalog) {
		String name = method.getDeclaringClass().getSimpleName().replaceAll("^(Redis|Reactive)|Commands$", "");
		Set<String> commands = this.sent.computeIfAbsent(name, (it) -> new TreeMap<>())
			.computeIfAbsent(method.getName(), (it) -> new TreeSet<>());
		recording.take();
		try {
			Object result = method.invoke(group.invoke(connections.get()), maker.arguments(method));
			if (result instanceof Publisher<?> publisher) {
				Flux.from(publisher)
					.flatMap((item) -> (item instanceof CommandResponse<?, ?> response
							&& response.getOutput() instanceof Publisher<?> inner) ? inner : Flux.empty())
					.blockLast(Duration.ofSeconds(5));
			}
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			// cancelled, or never sent, which is seen below
		}
		for (List<byte[]> command : recording.take()) {
			CommandCatalog.Entry entry = catalog.find(command);
			commands.add((entry != null) ? entry.name() : new String(command.get(0), StandardCharsets.US_ASCII));
		}
	}

	private String page() {
		StringBuilder page = new StringBuilder(
				"""
						# What Spring Data Redis sends

						The methods of Spring's command interfaces, blocking (`RedisHashCommands`) and reactive
						(`ReactiveHashCommands`), and the commands that they send. What becomes of a command in each phase is
						[another page](redis-commands.md). `SpringMethodsIntegrationTests` calls every method and writes this page.
						A method may send another command with other arguments: `bPop` sends `BLPOP` or `BRPOP`.

						Commands of later servers than 7.0: %s. They are treated by what such a server says of them.
						"""
					.formatted(code(new TreeSet<>(LATER).stream())));
		this.sent.forEach((group, methods) -> {
			page.append("\n## ").append(group).append("\n\n| method | sends |\n|---|---|\n");
			methods.forEach((method, commands) -> page.append("| `")
				.append(method)
				.append("` | ")
				.append(commands.isEmpty() ? "nothing: " + SILENT.get(group + "." + method) : code(commands.stream()))
				.append(" |\n"));
		});
		return page.toString();
	}

	private static String code(Stream<String> commands) {
		return commands.map((command) -> "`" + command.replace('|', ' ') + "`").collect(Collectors.joining(", "));
	}

}
