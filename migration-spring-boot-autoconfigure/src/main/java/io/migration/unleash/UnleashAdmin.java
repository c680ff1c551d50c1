package io.migration.unleash;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import io.migration.MigrationPhase;
import io.migration.phase.PhaseFlags.FlagConflictException;
import org.jspecify.annotations.Nullable;

/**
 * Sets a flag's phase through the Unleash Admin API: renames the variant of its strategy,
 * and leaves the variant's payload, other strategies and other environments as they are.
 * <p>
 * The change carries a {@code test} of the variants it was computed from. That refuses a
 * change from a stale view; it is no lock, for the server tests and writes in two steps,
 * and of two changes at the very same moment both may pass. Then the flag says what the
 * later one wrote, and the fleet follows that.
 * <p>
 * Two requests with a deadline of 3 s each. Redirects are not followed: the token would
 * go along.
 */
final class UnleashAdmin {

	private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

	private static final Duration DEADLINE = Duration.ofSeconds(3);

	private static final String TEST_FAILED = "Test operation failed";

	private final Gson gson = new Gson();

	private final HttpClient http = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.followRedirects(HttpClient.Redirect.NEVER)
		.connectTimeout(CONNECT_TIMEOUT)
		.build();

	private final UnleashClientSettings settings;

	private final String token;

	UnleashAdmin(UnleashClientSettings settings, String token) {
		this.settings = settings;
		this.token = token;
	}

	/**
	 * Set a flag's phase.
	 * @param flag the flag's name
	 * @param expected the phase the flag is believed to say, {@code null} if none
	 * @param phase the phase it shall say
	 * @throws FlagConflictException if the flag says something else than expected
	 * @throws IllegalStateException if that cannot be done; the message says why
	 */
	void write(String flag, @Nullable MigrationPhase expected, MigrationPhase phase) {
		Strategy strategy = strategyOf(flag);
		String found = nameOf(strategy.variants().get(0));
		if (phaseOf(found) != expected) {
			throw new FlagConflictException("flag '%s' says '%s' in Unleash, not '%s' as expected; look again"
				.formatted(flag, Quoted.of(found), (expected != null) ? expected.wireName() : "no phase"));
		}
		if (expected != phase) {
			rename(flag, strategy, phase);
		}
	}

	private Strategy strategyOf(String flag) {
		HttpResponse<String> response = send(flag, request(flag, "").GET().build(), "nothing was changed");
		if (response.statusCode() != 200) {
			throw refused(flag, response);
		}
		FlagState state = parse(flag, response.body());
		EnvironmentState environment = state.environments()
			.stream()
			.filter((candidate) -> this.settings.environment().equals(candidate.name()))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("flag '%s' has no environment '%s' in Unleash; it has %s"
				.formatted(flag, this.settings.environment(),
						state.environments().stream().map(EnvironmentState::name).toList())));
		if (!environment.enabled()) {
			throw new IllegalStateException(
					"flag '%s' is switched off in environment '%s' of Unleash: the kill switch is on. Switch it on first"
						.formatted(flag, this.settings.environment()));
		}
		List<Strategy> strategies = environment.strategies()
			.stream()
			.filter((strategy) -> !strategy.disabled() && !strategy.variants().isEmpty())
			.toList();
		if (strategies.size() != 1 || strategies.get(0).variants().size() != 1) {
			throw new IllegalStateException(
					"flag '%s' must have one strategy with one variant in environment '%s' of Unleash, but has %d with %d variants. Set it there"
						.formatted(flag, this.settings.environment(), strategies.size(),
								strategies.stream().mapToInt((strategy) -> strategy.variants().size()).sum()));
		}
		return strategies.get(0);
	}

	private FlagState parse(String flag, String body) {
		try {
			FlagState state = this.gson.fromJson(body, FlagState.class);
			if (state != null && state.complete()) {
				return state;
			}
		}
		catch (JsonParseException ex) {
			// same answer
		}
		throw new IllegalStateException(
				"flag '%s' was not set: the answer of %s is not that of the Unleash Admin API; check migration.unleash.url"
					.formatted(flag, this.settings.url()));
	}

	private void rename(String flag, Strategy strategy, MigrationPhase phase) {
		JsonArray renamed = strategy.variants().deepCopy();
		renamed.get(0).getAsJsonObject().addProperty("name", phase.wireName());
		JsonArray patch = new JsonArray();
		patch.add(operation("test", strategy.variants()));
		patch.add(operation("replace", renamed));
		HttpRequest request = request(flag,
				"/environments/%s/strategies/%s".formatted(encoded(this.settings.environment()),
						encoded(strategy.id())))
			.method("PATCH", HttpRequest.BodyPublishers.ofString(this.gson.toJson(patch)))
			.build();
		HttpResponse<String> response = send(flag, request, "whether it was changed is not known");
		if (response.statusCode() == 500 && response.body().contains(TEST_FAILED)) {
			throw new FlagConflictException(
					"flag '%s' was changed in Unleash by somebody else at the same moment; look again".formatted(flag));
		}
		if (response.statusCode() != 200) {
			throw refused(flag, response);
		}
	}

	private static JsonObject operation(String name, JsonElement value) {
		JsonObject operation = new JsonObject();
		operation.addProperty("op", name);
		operation.addProperty("path", "/variants");
		operation.add("value", value);
		return operation;
	}

	private HttpRequest.Builder request(String flag, String path) {
		return HttpRequest
			.newBuilder(URI.create("%s/admin/projects/%s/features/%s%s".formatted(this.settings.url(),
					encoded(this.settings.project()), encoded(flag), path)))
			.timeout(DEADLINE)
			.header("Authorization", this.token)
			.header("Accept", "application/json")
			.header("Content-Type", "application/json");
	}

	/**
	 * The request's own timeout ends with the headers; the deadline here is for all of
	 * the answer.
	 */
	private HttpResponse<String> send(String flag, HttpRequest request, String consequence) {
		CompletableFuture<HttpResponse<String>> answer = this.http.sendAsync(request,
				HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
		try {
			return answer.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			// the client's own deadline may come first
			throw unreachable(flag, consequence,
					(ex.getCause() instanceof HttpTimeoutException) ? noAnswer() : ex.getCause());
		}
		catch (TimeoutException ex) {
			throw unreachable(flag, consequence, noAnswer());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw unreachable(flag, consequence, ex);
		}
		finally {
			answer.cancel(true);
		}
	}

	private static IOException noAnswer() {
		return new IOException("no answer within " + DEADLINE.toSeconds() + " s");
	}

	private IllegalStateException unreachable(String flag, String consequence, @Nullable Throwable cause) {
		return new IllegalStateException("flag '%s': %s; Unleash at %s cannot be reached: %s".formatted(flag,
				consequence, this.settings.url(), (cause != null) ? cause : "unknown cause"), cause);
	}

	private IllegalStateException refused(String flag, HttpResponse<String> response) {
		String hint = switch (response.statusCode()) {
			case 401 -> "it does not know the token in migration.unleash.admin.token";
			case 403 -> "the token in migration.unleash.admin.token may not do that in project '%s', environment '%s'"
				.formatted(this.settings.project(), this.settings.environment());
			case 404 -> "check the flag's name, migration.unleash.admin.project and migration.unleash.url";
			default -> "see there";
		};
		return new IllegalStateException("flag '%s' was not set: Unleash at %s answers with HTTP status %d%s; %s"
			.formatted(flag, this.settings.url(), response.statusCode(), messageOf(response.body()), hint));
	}

	/**
	 * Return what the server says, which is worth having ("there's a feature with that
	 * name in project ...").
	 */
	private String messageOf(String body) {
		try {
			JsonObject error = this.gson.fromJson(body, JsonObject.class);
			if (error != null && error.get("message") instanceof JsonPrimitive message) {
				return " (" + Quoted.of(message.getAsString().replace(this.token, "<token>"), 400) + ")";
			}
		}
		catch (JsonParseException ex) {
			// no message then
		}
		return "";
	}

	private static String nameOf(JsonElement variant) {
		return (variant.getAsJsonObject().get("name") instanceof JsonPrimitive name) ? name.getAsString() : "";
	}

	private static @Nullable MigrationPhase phaseOf(String variant) {
		try {
			return MigrationPhase.of(variant);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private static String encoded(String segment) {
		return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
	}

	// What is used of the server's answer; fields are null when they are missing there

	private record FlagState(List<EnvironmentState> environments) {

		boolean complete() {
			return this.environments != null && this.environments.stream()
				.allMatch((environment) -> environment != null && environment.complete());
		}

	}

	private record EnvironmentState(String name, boolean enabled, List<Strategy> strategies) {

		boolean complete() {
			return this.name != null && this.strategies != null
					&& this.strategies.stream().allMatch((strategy) -> strategy != null && strategy.complete());
		}

	}

	private record Strategy(String id, boolean disabled, JsonArray variants) {

		boolean complete() {
			return this.id != null && this.variants != null
					&& this.variants.asList().stream().allMatch(JsonElement::isJsonObject);
		}

	}

}
