package io.migration.client;

import java.util.function.BiPredicate;
import java.util.function.Supplier;

import io.migration.ReactiveMigrationTemplate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The template of one migration for Reactor.
 */
final class ReactiveClientTemplate implements ReactiveMigrationTemplate {

	private static final String READ = "read";

	private static final String WRITE = "write";

	private final Routes routes;

	private final BiPredicate<@Nullable Object, @Nullable Object> equal;

	private final ReactiveCalls calls;

	ReactiveClientTemplate(Routes routes, BiPredicate<@Nullable Object, @Nullable Object> equal) {
		this.routes = routes;
		this.equal = equal;
		this.calls = new ReactiveCalls(routes);
	}

	@Override
	public <T> Mono<T> read(@Nullable Object key, Supplier<? extends Mono<T>> source,
			Supplier<? extends Mono<T>> target) {
		return this.calls.read(call(READ, key), source, target);
	}

	@Override
	public <T> Mono<T> write(@Nullable Object key, Supplier<? extends Mono<T>> source,
			Supplier<? extends Mono<T>> target, @Nullable Compensation<? super T> compensation) {
		return this.calls.write(call(WRITE, key), source, target, compensation);
	}

	@Override
	public <T> Flux<T> readMany(@Nullable Object key, Supplier<? extends Flux<T>> source,
			Supplier<? extends Flux<T>> target) {
		return this.calls.readMany(call(READ, key), source, target);
	}

	@Override
	public <T> Flux<T> writeMany(@Nullable Object key, Supplier<? extends Flux<T>> source,
			Supplier<? extends Flux<T>> target) {
		return this.calls.writeMany(call(WRITE, key), source, target);
	}

	@Override
	@SuppressWarnings("unchecked")
	public <T extends @Nullable Object> ReactiveMigrationTemplate comparing(
			BiPredicate<? super T, ? super T> agreement) {
		return new ReactiveClientTemplate(this.routes, (BiPredicate<@Nullable Object, @Nullable Object>) agreement);
	}

	private ClientCall call(String operation, @Nullable Object key) {
		return new ClientCall(operation, key, this.equal);
	}

	@Override
	public String toString() {
		return "Reactive template of " + this.routes;
	}

}
