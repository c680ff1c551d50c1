package io.migration.unleash;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.getunleash.UnleashException;
import io.getunleash.event.ClientFeaturesResponse;
import io.getunleash.event.FeatureSet;
import io.getunleash.event.UnleashReady;
import io.getunleash.event.UnleashSubscriber;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Whether the Unleash server has answered, learned from the events of our own client. The
 * client calls from its one background thread; everybody may ask.
 */
final class ServerContact implements UnleashSubscriber {

	private static final Log logger = LogFactory.getLog(ServerContact.class);

	private final UnleashClientSettings settings;

	private final CountDownLatch firstOutcome = new CountDownLatch(1);

	private volatile boolean synchronised;

	private volatile @Nullable String problem;

	private volatile Runnable listener = () -> {
	};

	/**
	 * Of the client's thread alone.
	 */
	private @Nullable String lastNuisance;

	ServerContact(UnleashClientSettings settings) {
		this.settings = settings;
	}

	/**
	 * Set who is told when flags may read differently.
	 * @param listener called from the client's thread
	 */
	void onChange(Runnable listener) {
		this.listener = listener;
	}

	/**
	 * Return why no flag can be read.
	 * @return the reason, {@code null} once the server has given an answer, be it long
	 * ago
	 */
	@Nullable String obstacle() {
		if (this.synchronised) {
			return null;
		}
		String problem = this.problem;
		String reason = "Unleash at %s has not answered since the start of this instance"
			.formatted(this.settings.url());
		return (problem != null) ? reason + "; " + problem : reason;
	}

	/**
	 * Wait for an answer or a failure.
	 * @param timeout how long at most
	 */
	void awaitFirstOutcome(Duration timeout) {
		try {
			if (!this.firstOutcome.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
				logger.warn("%s has not answered yet; the start goes on and phases are kept".formatted(this.settings));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * An answer has arrived. If it has flags, they are not in place yet.
	 */
	@Override
	public void togglesFetched(ClientFeaturesResponse response) {
		switch (response.getStatus()) {
			case CHANGED -> {
			}
			case NOT_CHANGED -> answered();
			case UNAVAILABLE -> failed("it answers with HTTP status " + response.getHttpStatusCode());
		}
	}

	@Override
	public void featuresBackedUp(FeatureSet features) {
		inPlace();
	}

	/**
	 * The first flags are in place; the only word of it when the backup file cannot be
	 * written.
	 */
	@Override
	public void onReady(UnleashReady ready) {
		inPlace();
	}

	@Override
	public void onError(UnleashException ex) {
		if (ex instanceof UnavailableException) {
			failed(String.valueOf(ex.getMessage()));
		}
		else {
			nuisance(ex);
		}
		this.listener.run();
	}

	private void inPlace() {
		this.synchronised = true;
		answered();
		this.listener.run();
	}

	private void answered() {
		if (this.problem != null) {
			this.problem = null;
			logger.info("%s answers again".formatted(this.settings));
		}
		this.firstOutcome.countDown();
	}

	private void failed(String problem) {
		if (this.problem == null) {
			logger.warn("%s gives no flags, phases are kept; it is asked every %d s: %s".formatted(this.settings,
					this.settings.pollSeconds(), problem));
		}
		this.problem = problem;
		this.firstOutcome.countDown();
	}

	/**
	 * Neither the server nor its answer: the backup file.
	 */
	private void nuisance(UnleashException ex) {
		String message = String.valueOf(ex.getMessage());
		if (!message.equals(this.lastNuisance)) {
			this.lastNuisance = message;
			logger.warn("The client of %s complains: %s".formatted(this.settings, message), ex);
		}
	}

}
