package io.migration.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.phase.StepOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A user with exactly the documented rights is enough, and one of them missing is said
 * before anything is mirrored.
 */
class RedisRightsIntegrationTests {

	/** What the starter needs, as in the documentation. */
	private static final String STARTER = "~* &migration:* +multi +exec +get +set +psetex +del +exists +incr +hget +hgetall +hset +hdel "
			+ "+lpush +rpush +lrange +ltrim +sadd +srem +smembers +scard +xadd +xdel +xtrim +xlen +xrange "
			+ "+xrevrange +eval +evalsha +script|load +publish +subscribe +dump +pexpiretime +restore +unlink "
			+ "+pexpireat +persist +type +hlen +hmget +smismember +zadd +zrem +zcard +zmscore +zrange "
			+ "+memory|usage +xinfo|stream +xsetid +xgroup|create +xgroup|createconsumer +xclaim +time +scan "
			+ "+ping +info +command +client|list +client|kill +client|setname";

	/** What it needs besides on a cluster, as in the documentation. */
	private static final String CLUSTER = "+cluster|slots +cluster|nodes +cluster|myid";

	/** What the walk itself calls besides. */
	private static final String APPLICATION = "+incrby +sadd +smembers +zadd +zincrby +zscore +evalsha +mget +script";

	@Test
	void theDocumentationNamesTheseRights() throws IOException {
		String page = Files.readString(Path.of("../docs/redis.md")).replaceAll("\\s+", " ");
		assertThat(page).contains(STARTER, CLUSTER);
	}

	@Test
	void aUserWithTheDocumentedRightsWalksThereAndBack() throws Exception {
		try (TestStore source = TestStore.withUser("app", "secret");
				TestStore target = TestStore.withUser("other", "word");
				MigratedApplication application = TestStore.migrate(MigratedApplication.App.class, source, target)) {
			allow(source, "app", "reset on >secret " + STARTER + " " + APPLICATION);
			allow(target, "other", "reset on >word " + STARTER + " " + APPLICATION);
			int keys = PhaseWalk.thereAndBack(application);
			application.awaitDrained();
			assertThat(source.read()).hasSize(keys);
			assertThat(StoreReader.differences(source.read(), target.read())).isEmpty();
		}
	}

	@Test
	void onAClusterTheUserAlsoNeedsItsTopology() throws Exception {
		try (TestStore source = TestStore.database(3);
				TestStore target = TestStore.clusterWithUser("app", "secret");
				MigratedApplication application = TestStore.migrate(MigratedApplication.App.class, source, target)) {
			allow(target, "app", "reset on >secret " + STARTER + " " + CLUSTER + " " + APPLICATION);
			int keys = PhaseWalk.thereAndBack(application);
			application.awaitDrained();
			assertThat(source.read()).hasSize(keys);
			assertThat(StoreReader.differences(source.read(), target.read())).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource(Side.class)
	void aMissingRightRefusesTheStepIntoShadow(Side side) throws Exception {
		try (TestStore source = TestStore.withUser("app", "secret");
				TestStore target = TestStore.withUser("app", "secret");
				MigratedApplication application = TestStore.migrate(MigratedApplication.App.class, source, target)) {
			String all = "reset on >secret " + STARTER + " " + APPLICATION;
			allow(source, "app", all);
			allow(target, "app", all);
			application.redis().hasKey("joined");
			TestStore limited = (side == Side.SOURCE) ? source : target;
			for (String right : STARTER.split(" ")) {
				allow(limited, "app", withdraw(right));
				assertThat(refusal(application)).as("without " + right).contains(side.wireName(), "lacks", right);
				assertThat(application.control().phase()).isEqualTo(MigrationPhase.OFF);
				allow(limited, "app", all);
			}
			application.walkTo(MigrationPhase.SHADOW);
		}
	}

	private static String refusal(MigratedApplication application) {
		StepOutcome outcome = application.control().advance("test", null, false);
		assertThat(outcome).isInstanceOf(StepOutcome.Refused.class);
		return ((StepOutcome.Refused) outcome).reason();
	}

	private static String withdraw(String right) {
		return switch (right) {
			case "~*" -> "resetkeys ~app:* ~migration:{*";
			case "&migration:*" -> "resetchannels";
			default -> "-" + right.substring(1);
		};
	}

	private static void allow(TestStore store, String user, String rules) {
		store.masters().forEach((master) -> {
			try (RedisClient client = RedisClient.create(master);
					StatefulRedisConnection<String, String> connection = client.connect()) {
				CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8).add("SETUSER").add(user);
				Arrays.stream(rules.split(" ")).forEach(arguments::add);
				assertThat(connection.sync().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), arguments))
					.isEqualTo("OK");
			}
		});
	}

}
