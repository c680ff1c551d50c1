package io.migration.sample;

import java.util.stream.Stream;

import io.migration.test.RedisClusterServer;
import io.migration.test.RedisServer;

import org.springframework.boot.SpringApplication;

/**
 * Runs the sample with the servers it needs: a Redis to move from, and a Redis cluster to
 * move to. They end with the virtual machine.
 */
final class TestSampleApplication {

	private TestSampleApplication() {
	}

	public static void main(String[] args) {
		String source = RedisServer.start().uri();
		String target = String.join(",", RedisClusterServer.start(3).nodes());
		Stream<String> addresses = Stream.of("--spring.data.redis.url=" + source,
				"--migration.redis.tokens.target.cluster.nodes=" + target);
		SpringApplication.from(SampleApplication::main)
			.run(Stream.concat(addresses, Stream.of(args)).toArray(String[]::new));
		System.out.printf("Running. Old Redis: %s, new Redis cluster: %s%n", source, target);
	}

}
