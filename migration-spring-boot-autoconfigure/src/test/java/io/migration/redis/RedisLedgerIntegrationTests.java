package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.migration.phase.Ledger;
import io.migration.phase.LedgerContract;
import io.migration.test.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

class RedisLedgerIntegrationTests extends LedgerContract {

	private static RedisServer server;

	private static ClientResources resources;

	private final List<PlainConnection> connections = new ArrayList<>();

	@BeforeAll
	static void start() {
		server = RedisServer.start();
		resources = DefaultClientResources.create();
	}

	@AfterAll
	static void stop() {
		resources.shutdown();
		server.close();
	}

	@AfterEach
	void disconnect() {
		this.connections.forEach(PlainConnection::close);
	}

	@Override
	protected Ledger ledger(String migration) {
		PlainConnection connection = new PlainConnection(new RedisEndpoint(List.of(RedisURI.create(server.uri())),
				false, 0, ClientOptions.create(), resources, resources), "contract", Duration.ofSeconds(5));
		this.connections.add(connection);
		return new RedisLedger(migration, connection);
	}

}
