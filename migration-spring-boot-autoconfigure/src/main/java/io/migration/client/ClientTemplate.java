package io.migration.client;

import java.util.concurrent.CompletionStage;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

import io.migration.MigrationTemplate;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;

/**
 * The template of one migration. In off it adds one volatile read to a call.
 */
final class ClientTemplate implements MigrationTemplate {

	private static final String READ = "read";

	private static final String WRITE = "write";

	private final Routes routes;

	private final BiPredicate<@Nullable Object, @Nullable Object> equal;

	private final BlockingCalls blocking;

	private final StagedCalls staged;

	ClientTemplate(Routes routes, BiPredicate<@Nullable Object, @Nullable Object> equal) {
		this.routes = routes;
		this.equal = equal;
		this.blocking = new BlockingCalls(routes);
		this.staged = new StagedCalls(routes, this.blocking);
	}

	@Override
	public <T extends @Nullable Object, E extends Exception> T read(@Nullable Object key, Call<T, E> source,
			Call<T, E> target) throws E {
		PinnedPhase rules = this.routes.rules();
		return Routes.off(rules) ? source.call() : this.blocking.read(rules, call(READ, key), source, target);
	}

	@Override
	public <T extends @Nullable Object, E extends Exception> T write(@Nullable Object key, Call<T, E> source,
			Call<T, E> target, @Nullable Compensation<? super T> compensation) throws E {
		PinnedPhase rules = this.routes.rules();
		return Routes.off(rules) ? source.call()
				: this.blocking.write(rules, call(WRITE, key), source, target, compensation);
	}

	@Override
	public <T extends @Nullable Object> CompletionStage<T> readAsync(@Nullable Object key,
			Supplier<? extends CompletionStage<T>> source, Supplier<? extends CompletionStage<T>> target) {
		PinnedPhase rules = this.routes.rules();
		return Routes.off(rules) ? source.get() : this.staged.read(rules, call(READ, key), source, target);
	}

	@Override
	public <T extends @Nullable Object> CompletionStage<T> writeAsync(@Nullable Object key,
			Supplier<? extends CompletionStage<T>> source, Supplier<? extends CompletionStage<T>> target,
			@Nullable Compensation<? super T> compensation) {
		PinnedPhase rules = this.routes.rules();
		return Routes.off(rules) ? source.get()
				: this.staged.write(rules, call(WRITE, key), source, target, compensation);
	}

	@Override
	@SuppressWarnings("unchecked")
	public <T extends @Nullable Object> MigrationTemplate comparing(BiPredicate<? super T, ? super T> agreement) {
		return new ClientTemplate(this.routes, (BiPredicate<@Nullable Object, @Nullable Object>) agreement);
	}

	private ClientCall call(String operation, @Nullable Object key) {
		return new ClientCall(operation, key, this.equal);
	}

	@Override
	public String toString() {
		return "Template of " + this.routes;
	}

}
