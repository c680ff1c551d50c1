package io.migration.sample;

import java.util.stream.Stream;

import org.springframework.boot.SpringApplication;

/**
 * Runs the sample with the servers it needs: a Redis to move from and a Redis cluster to
 * move to, and two PostgreSQL servers. They end with the virtual machine.
 */
final class TestSampleApplication {

	private TestSampleApplication() {
	}

	public static void main(String[] args) {
		SampleServers servers = SampleServers.start();
		SpringApplication.from(SampleApplication::main)
			.run(Stream.concat(servers.properties().stream(), Stream.of(args)).toArray(String[]::new));
		System.out.println("Running. " + servers);
	}

}
