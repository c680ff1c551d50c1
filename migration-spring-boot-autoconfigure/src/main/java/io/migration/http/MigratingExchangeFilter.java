package io.migration.http;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.WriteNotMirroredException;
import io.migration.mirror.MirrorSettings.OnFailure;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;

/**
 * Routes the requests of a {@code WebClient}. Bodies stream in both directions; what is
 * repeated on target is inserted anew, so that a body which is a stream that can be read
 * only once cannot be repeated. Thread safe.
 */
public final class MigratingExchangeFilter implements ExchangeFilterFunction {

	private final Supplier<HttpRoutes> routes;

	private final Supplier<ObservationRegistry> registry;

	/**
	 * Create a filter.
	 * @param routes the routes, asked for with each request
	 * @param registry the registry of observations, asked for with each routed request
	 */
	public MigratingExchangeFilter(Supplier<HttpRoutes> routes, Supplier<ObservationRegistry> registry) {
		this.routes = routes;
		this.registry = registry;
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		HttpRoute route = this.routes.get().find(request.url());
		if (route == null) {
			return next.exchange(request);
		}
		// a retry subscribes again, and is a call of its own
		return Mono.deferContextual((context) -> {
			PinnedPhase rules = route.migration().rules();
			return (rules.phase() == MigrationPhase.OFF) ? next.exchange(request)
					: exchange(route, rules, request, next, context);
		});
	}

	private Mono<ClientResponse> exchange(HttpRoute route, PinnedPhase rules, ClientRequest request,
			ExchangeFunction next, ContextView context) {
		boolean safe = HttpRoute.isSafe(request.method());
		Side side = route.answers(rules, request.method(), request.url(), request.headers());
		Observation observation = context.getOrDefault(ObservationThreadLocalAccessor.KEY, null);
		if (observation != null) {
			observation.highCardinalityKeyValue("migration.side", side.wireName());
		}
		long began = System.nanoTime();
		Mono<ClientResponse> response = next.exchange(on(route, side, request));
		if (route.repeats(rules, request.method(), request.headers())) {
			response = response.flatMap((first) -> repeated(route, request, next, first));
		}
		// a body is not kept, and what comes with one is not repeated
		if (request.headers().getContentType() == null && route.compares(rules, request.method())) {
			response = response.map((answer) -> compared(route, side, request, answer, observation));
		}
		return response
			.doOnSuccess((answer) -> route.migration().answered(rules, !safe, side, true, System.nanoTime() - began))
			.doOnError((failure) -> route.migration().answered(rules, !safe, side, false, System.nanoTime() - began));
	}

	private static ClientRequest on(HttpRoute route, Side side, ClientRequest request) {
		return ClientRequest.from(request).url(route.on(side, request.url())).headers((headers) -> {
			if (side == Side.TARGET) {
				HttpHeaders forwarded = route.on(side, headers);
				headers.clear();
				headers.addAll(forwarded);
			}
		}).cookies((cookies) -> {
			if (!route.keepsCredentials(side)) {
				cookies.clear();
			}
		}).attribute(RoutedRequest.SIDE_ATTRIBUTE, side).build();
	}

	private Mono<ClientResponse> repeated(HttpRoute route, ClientRequest request, ExchangeFunction next,
			ClientResponse first) {
		if (!first.statusCode().is2xxSuccessful()) {
			return Mono.just(first);
		}
		return next.exchange(on(route, Side.TARGET, request))
			.flatMap((second) -> second.releaseBody()
				.then(Mono.justOrEmpty(HttpRoute.refusal(second.statusCode())).map(Missed::new)))
			.onErrorResume((failure) -> Mono.just(new Missed(failure.getClass().getSimpleName(), failure)))
			.flatMap((missed) -> missed(route, request, missed, first))
			.defaultIfEmpty(first);
	}

	private static Mono<ClientResponse> missed(HttpRoute route, ClientRequest request, Missed missed,
			ClientResponse first) {
		route.migration().missed(route.subject(request.method(), request.url()), missed.reason());
		return (route.settings().onFailure() == OnFailure.RAISE) ? first.releaseBody()
			.then(Mono.error(WriteNotMirroredException.withoutJournal(route.migration().control().name(),
					missed.reason(), missed.cause())))
				: Mono.just(first);
	}

	private ClientResponse compared(HttpRoute route, Side side, ClientRequest request, ClientResponse response,
			@Nullable Observation parent) {
		HttpRouteSettings.Comparison comparison = route.settings().comparison();
		Repetition repetition = new Repetition(route, request.method(), request.url(), request.headers(),
				this.registry.get(), parent);
		Capture capture = new Capture(comparison.maxSize());
		return response.mutate().body((body) -> noted(body, capture).doOnComplete(() -> {
			byte[] bytes = capture.bytes();
			if (bytes != null) {
				repetition.compare(side,
						Answer.of(response.statusCode(), response.headers().asHttpHeaders(), comparison, bytes));
			}
		})).build();
	}

	private static Flux<DataBuffer> noted(Flux<DataBuffer> body, Capture capture) {
		return body.doOnNext((buffer) -> {
			try (DataBuffer.ByteBufferIterator parts = buffer.readableByteBuffers()) {
				for (Iterator<ByteBuffer> part = parts; part.hasNext();) {
					capture.add(part.next());
				}
			}
		});
	}

	/**
	 * Why target has not done what source has.
	 *
	 * @param reason the reason
	 * @param cause the failure, {@code null} if target has answered
	 */
	private record Missed(String reason, @Nullable Throwable cause) {

		Missed(String reason) {
			this(reason, null);
		}

	}

}
