package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.migration.MigrationPhase;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.RedisOperations;
import org.springframework.data.redis.core.SessionCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.PatternTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.data.redis.listener.Topic;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A subscription gets every message, on whichever side it was made.
 */
class RedisPubSubIntegrationTests {

	private static final List<MigrationPhase> WALK = List.of(MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE,
			MigrationPhase.READ_NEW, MigrationPhase.CUTOVER, MigrationPhase.READ_NEW, MigrationPhase.DUAL_WRITE,
			MigrationPhase.SHADOW, MigrationPhase.OFF);

	@Test
	void everyMessageComesOnceWhileThePhaseWalks() throws Exception {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			RedisConnectionFactory factory = application.context().getBean(RedisConnectionFactory.class);
			Listener early = new Listener(factory, new ChannelTopic("news"));
			Listener pattern = new Listener(factory, new PatternTopic("ne*"));
			List<String> all = new ArrayList<>();
			List<String> sinceCutover = new ArrayList<>();
			Listener late = null;
			publish(application.redis(), "off", all);
			for (MigrationPhase phase : WALK) {
				application.walkTo(phase);
				if (phase == MigrationPhase.CUTOVER) {
					late = new Listener(factory, new ChannelTopic("news"));
				}
				List<String> published = new ArrayList<>();
				publish(application.redis(), phase.wireName() + all.size(), published);
				all.addAll(published);
				if (late != null) {
					sinceCutover.addAll(published);
				}
			}
			early.assertHeard(all);
			pattern.assertHeard(all);
			assertThat(late).isNotNull();
			late.assertHeard(sinceCutover);
			early.stop();
			pattern.stop();
			late.stop();
		}
	}

	private static void publish(StringRedisTemplate redis, String prefix, List<String> published) {
		for (int i = 0; i < 5; i++) {
			redis.convertAndSend("news", prefix + ":" + i);
			published.add(prefix + ":" + i);
		}
		redis.execute(new SessionCallback<List<Object>>() {

			@Override
			public <K, V> List<Object> execute(RedisOperations<K, V> operations) throws DataAccessException {
				operations.multi();
				operations.convertAndSend("news", prefix + ":transacted");
				return operations.exec();
			}

		});
		published.add(prefix + ":transacted");
	}

	private static final class Listener {

		private final Queue<String> heard = new ConcurrentLinkedQueue<>();

		private final RedisMessageListenerContainer container = new RedisMessageListenerContainer();

		Listener(RedisConnectionFactory factory, Topic topic) {
			this.container.setConnectionFactory(factory);
			this.container.addMessageListener(
					(message, pattern) -> this.heard.add(new String(message.getBody(), StandardCharsets.UTF_8)), topic);
			this.container.setTaskExecutor(Runnable::run);
			this.container.setSubscriptionExecutor((task) -> new Thread(task).start());
			this.container.afterPropertiesSet();
			this.container.start();
			Awaitility.await().until(this.container::isListening);
		}

		void assertHeard(List<String> expected) {
			Awaitility.await()
				.untilAsserted(() -> assertThat(this.heard).containsExactlyInAnyOrderElementsOf(expected));
		}

		void stop() throws Exception {
			this.container.destroy();
		}

	}

}
