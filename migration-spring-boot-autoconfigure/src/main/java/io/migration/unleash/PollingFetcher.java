package io.migration.unleash;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import io.getunleash.UnleashException;
import io.getunleash.event.ClientFeaturesResponse;
import io.getunleash.repository.FeatureFetcher;
import io.getunleash.repository.HttpFeatureFetcher;
import io.getunleash.util.UnleashConfig;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * The client's own fetcher without three of its habits. Used by one thread.
 * <ul>
 * <li>Whatever comes with status 200 passes for flags: half an answer, a proxy's page.
 * The client then keeps its old flags without a word, says that it is ready, and
 * overwrites its backup. Here such an answer is a failure.
 * <li>The ETag even of such an answer is remembered, so that the flags it should have
 * brought come only after their next change. Here they are asked for anew.
 * <li>An error status makes the client skip polls: more with each, up to five minutes,
 * and for a while after. A kill switch cannot wait for that. Here only 429 does.
 * </ul>
 */
final class PollingFetcher implements FeatureFetcher {

	private static final int TOO_MANY_REQUESTS = 429;

	private final Gson gson = new GsonBuilder().setStrictness(Strictness.STRICT).create();

	private final UnleashConfig config;

	private @Nullable FeatureFetcher delegate;

	PollingFetcher(UnleashConfig config) {
		this.config = config;
	}

	@Override
	public ClientFeaturesResponse fetchFeatures() {
		// forgotten, and its ETag with it, unless all goes well
		FeatureFetcher fetcher = (this.delegate != null) ? this.delegate : new HttpFeatureFetcher(this.config);
		this.delegate = null;
		ClientFeaturesResponse response = fetch(fetcher);
		if (response.getStatus() == ClientFeaturesResponse.Status.UNAVAILABLE
				&& response.getHttpStatusCode() != TOO_MANY_REQUESTS) {
			throw new UnavailableException("it answers with HTTP status " + response.getHttpStatusCode(), null);
		}
		if (!response.getClientFeatures().map(this::isSetOfFlags).orElse(true)) {
			throw new UnavailableException("its answer is not a set of flags, or not all of one", null);
		}
		this.delegate = fetcher;
		return response;
	}

	private static ClientFeaturesResponse fetch(FeatureFetcher fetcher) {
		try {
			return fetcher.fetchFeatures();
		}
		catch (UnleashException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			throw new UnavailableException(
					"%s: %s".formatted(ClassUtils.getShortName(cause.getClass()), cause.getMessage()), ex);
		}
	}

	private boolean isSetOfFlags(String body) {
		try {
			JsonObject answer = this.gson.fromJson(body, JsonObject.class);
			return answer != null && answer.has("version") && answer.get("features") instanceof JsonArray features
					&& features.asList().stream().allMatch(PollingFetcher::isFlag);
		}
		catch (JsonParseException ex) {
			return false;
		}
	}

	private static boolean isFlag(JsonElement element) {
		return element instanceof JsonObject flag && flag.get("name") instanceof JsonPrimitive name && name.isString()
				&& flag.get("enabled") instanceof JsonPrimitive enabled && enabled.isBoolean();
	}

}
