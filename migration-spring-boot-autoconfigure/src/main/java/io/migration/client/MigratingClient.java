package io.migration.client;

import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

import io.migration.MigrationTemplate.Call;
import io.migration.phase.PinnedPhase;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.SpringProxy;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.DecoratingProxy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Stands in front of the source bean. Methods of the interface are routed; everything
 * else is the source bean's.
 */
final class MigratingClient implements MethodInterceptor {

	private static final Set<Class<?>> OF_PROXIES = Set.of(SpringProxy.class, Advised.class, DecoratingProxy.class);

	private final Routes routes;

	private final ClientMethods methods;

	private final Object source;

	private final Supplier<Object> target;

	private final BiPredicate<@Nullable Object, @Nullable Object> equal;

	private final BlockingCalls blocking;

	private final StagedCalls staged;

	private MigratingClient(Routes routes, ClientContract contract, ClientMethods methods, Object source,
			Supplier<Object> target) {
		this.routes = routes;
		this.methods = methods;
		this.source = source;
		this.target = target;
		this.equal = (contract.comparator() != null) ? Answers.equalBy(contract.comparator()) : Answers::equal;
		this.blocking = new BlockingCalls(routes);
		this.staged = new StagedCalls(routes, this.blocking);
	}

	static Object create(Routes routes, ClientContract contract, ClientMethods methods, Object source,
			Supplier<Object> target) {
		Set<Class<?>> interfaces = new LinkedHashSet<>(ClassUtils.getAllInterfacesForClassAsSet(source.getClass()));
		interfaces.removeAll(OF_PROXIES);
		interfaces.add(MigratedClient.class);
		ProxyFactory factory = new ProxyFactory(interfaces.toArray(Class<?>[]::new));
		factory.setTarget(source);
		factory.addAdvice(new MigratingClient(routes, contract, methods, source, target));
		ClassLoader loader = contract.type().getClassLoader();
		return factory.getProxy((loader != null) ? loader : MigratedClient.class.getClassLoader());
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		ClientMethod method = this.methods.get(invocation.getMethod());
		if (method == null) {
			return ofSource(invocation);
		}
		return switch (method.shape()) {
			case VALUE, UNKNOWN -> value(method, invocation);
			case STAGE -> stage(method, invocation);
			case MONO ->
				ReactiveInvocations.mono(this.routes, method, call(method, invocation), new Sides(method, invocation));
			case FLUX ->
				ReactiveInvocations.flux(this.routes, method, call(method, invocation), new Sides(method, invocation));
		};
	}

	private @Nullable Object ofSource(MethodInvocation invocation) throws Throwable {
		if (ReflectionUtils.isToStringMethod(invocation.getMethod())) {
			return "%s, migrating by %s".formatted(this.source, this.routes);
		}
		if (ReflectionUtils.isEqualsMethod(invocation.getMethod())
				&& invocation.getArguments()[0] instanceof MigratedClient other) {
			return invocation.getThis() == ((Advised) other).getTargetSource().getTarget();
		}
		return invocation.proceed();
	}

	private @Nullable Object value(ClientMethod method, MethodInvocation invocation) throws Throwable {
		PinnedPhase rules = this.routes.rules();
		if (Routes.off(rules)) {
			return invocation.proceed();
		}
		Sides sides = new Sides(method, invocation);
		Call<@Nullable Object, Exception> source = sides::source;
		Call<@Nullable Object, Exception> target = sides::target;
		ClientCall call = call(method, invocation);
		return method.write() ? this.blocking.write(rules, call, source, target, null)
				: this.blocking.read(rules, call, source, target);
	}

	private @Nullable Object stage(ClientMethod method, MethodInvocation invocation) throws Throwable {
		PinnedPhase rules = this.routes.rules();
		if (Routes.off(rules)) {
			return invocation.proceed();
		}
		Sides sides = new Sides(method, invocation);
		ClientCall call = call(method, invocation);
		Supplier<CompletionStage<@Nullable Object>> source = () -> stage(sides.source());
		Supplier<CompletionStage<@Nullable Object>> target = () -> stage(sides.target());
		return method.write() ? this.staged.write(rules, call, source, target, null)
				: this.staged.read(rules, call, source, target);
	}

	@SuppressWarnings("unchecked")
	private static CompletionStage<@Nullable Object> stage(@Nullable Object answer) {
		return (CompletionStage<@Nullable Object>) Objects.requireNonNull(answer, "A side returned null for a stage");
	}

	private ClientCall call(ClientMethod method, MethodInvocation invocation) {
		return new ClientCall(method.operation(), method.keyOf(invocation.getArguments()), invocation.getArguments(),
				this.equal);
	}

	/**
	 * The call of a method on either side, which can be made more than once and from any
	 * thread. What a side throws is thrown as it is, and what it returns may be null,
	 * which callbacks cannot say to the checker.
	 */
	final class Sides {

		private final ClientMethod method;

		private final MethodInvocation invocation;

		Sides(ClientMethod method, MethodInvocation invocation) {
			this.method = method;
			this.invocation = invocation;
		}

		@SuppressWarnings("NullAway")
		Object source() {
			try {
				return ((ProxyMethodInvocation) this.invocation).invocableClone().proceed();
			}
			catch (Throwable ex) {
				throw MigratingClient.<RuntimeException>asItIs(ex);
			}
		}

		@SuppressWarnings("NullAway")
		Object target() {
			try {
				return AopUtils.invokeJoinpointUsingReflection(MigratingClient.this.target.get(), this.method.method(),
						this.invocation.getArguments());
			}
			catch (Throwable ex) {
				throw MigratingClient.<RuntimeException>asItIs(ex);
			}
		}

	}

	@SuppressWarnings("unchecked")
	private static <X extends Throwable> RuntimeException asItIs(Throwable failure) throws X {
		throw (X) failure;
	}

}
