package io.migration.unleash;

import java.time.Duration;

import io.getunleash.DefaultUnleash;
import io.getunleash.Unleash;
import io.getunleash.util.UnleashConfig;

/**
 * An Unleash client of our own, for applications that have none.
 * <p>
 * It never fails because of the server and takes at most about a second to open, whatever
 * the server does: the first fetch runs in the background and is waited for as long.
 * Therefore too the client does not register itself and sends no metrics: it would
 * register in its constructor, with a time-out of twenty seconds.
 * <p>
 * Timeouts: 2 s to connect, 5 s between two parts of an answer. A server that is down or
 * answers with an error is asked again at the normal interval.
 */
public final class UnleashConnection implements AutoCloseable {

	private static final Duration OPENING = Duration.ofSeconds(1);

	private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

	private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);

	private final UnleashClientSettings settings;

	private final ServerContact contact;

	private final SdkExecutor executor = new SdkExecutor("migration-unleash-client");

	private final Unleash client;

	private UnleashConnection(UnleashClientSettings settings) {
		this.settings = settings;
		this.contact = new ServerContact(settings);
		UnleashConfig.Builder config = UnleashConfig.builder()
			.unleashAPI(settings.url())
			.appName(settings.appName())
			.instanceId(settings.instanceId())
			.fetchTogglesInterval(settings.pollSeconds())
			.fetchTogglesConnectTimeout(CONNECT_TIMEOUT)
			.fetchTogglesReadTimeout(READ_TIMEOUT)
			.synchronousFetchOnInitialisation(false)
			.unleashFeatureFetcherFactory(PollingFetcher::new)
			.backupFile(settings.backupFile().toString())
			.scheduledExecutor(this.executor)
			.subscriber(this.contact)
			.disableMetrics();
		if (settings.apiToken() != null) {
			config.apiKey(settings.apiToken());
		}
		this.client = new DefaultUnleash(config.build());
	}

	/**
	 * Create the client and give the server a moment to answer.
	 * @param settings how to reach the server
	 * @return the connection, which goes on trying if the server has not answered
	 */
	public static UnleashConnection open(UnleashClientSettings settings) {
		UnleashConnection connection = new UnleashConnection(settings);
		connection.contact.awaitFirstOutcome(OPENING);
		return connection;
	}

	/**
	 * Return the client. It may be used for other flags too; don't shut it down.
	 * @return the client
	 */
	public Unleash client() {
		return this.client;
	}

	UnleashClientSettings settings() {
		return this.settings;
	}

	ServerContact contact() {
		return this.contact;
	}

	/**
	 * Stop polling. Flags keep their last state.
	 */
	@Override
	public void close() {
		// not the client's own shutdown, which only warns that it cannot stop polling
		this.executor.shutdown();
	}

}
