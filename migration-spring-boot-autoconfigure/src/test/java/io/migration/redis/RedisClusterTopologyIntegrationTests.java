package io.migration.redis;

import io.migration.test.Certificate;
import org.junit.jupiter.api.Test;

/**
 * Whichever side is a cluster, a walk there and back under load ends with equal sides.
 */
class RedisClusterTopologyIntegrationTests {

	@Test
	void walksFromClusterToCluster() throws Exception {
		try (TestStore source = TestStore.cluster(); TestStore target = TestStore.cluster()) {
			PhaseWalk.underLoad(source, target);
		}
	}

	@Test
	void walksFromClusterToServer() throws Exception {
		try (TestStore source = TestStore.cluster(); TestStore target = TestStore.server()) {
			PhaseWalk.underLoad(source, target);
		}
	}

	@Test
	void walksFromServerToClusterWithTls() throws Exception {
		try (Certificate certificate = Certificate.create();
				TestStore source = TestStore.tls(certificate, "loopback");
				TestStore target = TestStore.tlsCluster(certificate, "loopback")) {
			PhaseWalk.underLoad(source, target,
					"spring.ssl.bundle.pem.loopback.truststore.certificate=file:" + certificate.file());
		}
	}

}
