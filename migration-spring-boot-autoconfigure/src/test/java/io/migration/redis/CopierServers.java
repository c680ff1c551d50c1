package io.migration.redis;

import java.time.Duration;
import java.util.List;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.migration.test.RedisServer;

/**
 * Two servers between which a test copies by itself, without an application.
 */
final class CopierServers implements AutoCloseable {

	private final RedisServer source = RedisServer.start();

	private final RedisServer target = RedisServer.start();

	private final ClientResources resources = DefaultClientResources.create();

	private final RedisClient client = RedisClient.create(this.resources);

	RedisServer source() {
		return this.source;
	}

	RedisServer target() {
		return this.target;
	}

	/**
	 * Return a client without an address of its own.
	 */
	RedisClient client() {
		return this.client;
	}

	RedisEndpoint endpoint(RedisServer server) {
		return new RedisEndpoint(List.of(RedisURI.create(server.uri())), false, 0, ClientOptions.create(),
				this.resources, this.resources);
	}

	/**
	 * Return what a copier of a test tells others by: nobody listens.
	 */
	RelayMessages messages(RedisKeys keys, Duration timeout) {
		return new RelayMessages(keys, "test", new PlainConnection(endpoint(this.source), "test", timeout));
	}

	@Override
	public void close() {
		this.client.shutdown();
		this.resources.shutdown();
		this.source.close();
		this.target.close();
	}

}
