package io.migration.client;

import java.util.Objects;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Calls of methods that return what Reactor knows, apart from what can do without it.
 */
final class ReactiveInvocations {

	private ReactiveInvocations() {
	}

	static Mono<Object> mono(Routes routes, ClientMethod method, ClientCall call, MigratingClient.Sides sides) {
		ReactiveCalls calls = new ReactiveCalls(routes);
		Supplier<Mono<Object>> source = () -> mono(sides.source());
		Supplier<Mono<Object>> target = () -> mono(sides.target());
		return method.write() ? calls.write(call, source, target, null) : calls.read(call, source, target);
	}

	static Flux<Object> flux(Routes routes, ClientMethod method, ClientCall call, MigratingClient.Sides sides) {
		ReactiveCalls calls = new ReactiveCalls(routes);
		Supplier<Flux<Object>> source = () -> flux(sides.source());
		Supplier<Flux<Object>> target = () -> flux(sides.target());
		return method.write() ? calls.writeMany(call, source, target) : calls.readMany(call, source, target);
	}

	@SuppressWarnings("unchecked")
	private static Mono<Object> mono(@Nullable Object answer) {
		return (Mono<Object>) Objects.requireNonNull(answer, "A side returned null for a Mono");
	}

	@SuppressWarnings("unchecked")
	private static Flux<Object> flux(@Nullable Object answer) {
		return (Flux<Object>) Objects.requireNonNull(answer, "A side returned null for a Flux");
	}

}
