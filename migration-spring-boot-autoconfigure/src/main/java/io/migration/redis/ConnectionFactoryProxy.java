package io.migration.redis;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Set;
import java.util.function.Supplier;

import org.springframework.cglib.core.SpringNamingPolicy;
import org.springframework.cglib.proxy.Callback;
import org.springframework.cglib.proxy.Dispatcher;
import org.springframework.cglib.proxy.Enhancer;
import org.springframework.cglib.proxy.Factory;
import org.springframework.cglib.proxy.NoOp;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.objenesis.SpringObjenesis;
import org.springframework.util.ClassUtils;

/**
 * Stands in for the application's connection factory: an instance of its class, because
 * callers check the type. What hands out connections is asked of the factory that is
 * active in the present phase, everything else (settings, lifecycle) of the application's
 * own. A call costs a virtual call and a volatile read: nothing is reflected or
 * allocated.
 */
final class ConnectionFactoryProxy {

	private static final Set<String> CONNECTING = Set.of("getConnection", "getClusterConnection",
			"getReactiveConnection", "getReactiveClusterConnection", "getSentinelConnection", "getNativeClient",
			"getRequiredNativeClient", "initConnection", "resetConnection", "validateConnection", "isClusterAware");

	private ConnectionFactoryProxy() {
	}

	/**
	 * Create a proxy.
	 * @param original the application's factory
	 * @param active answers with the factory that is active now
	 * @param description what {@code toString} says
	 * @return an instance of the application's class
	 */
	static LettuceConnectionFactory of(LettuceConnectionFactory original, Supplier<LettuceConnectionFactory> active,
			String description) {
		// a proxy that the application has put around it is called, not inherited from
		Class<?> type = ClassUtils.getUserClass(original);
		if (Modifier.isFinal(type.getModifiers())) {
			throw new IllegalStateException("%s is final and cannot be decorated".formatted(type.getName()));
		}
		Callback[] callbacks = { (Dispatcher) active::get, (Dispatcher) () -> original, NoOp.INSTANCE,
				(Dispatcher) () -> new Description(description) };
		Enhancer enhancer = new Enhancer();
		enhancer.setSuperclass(type);
		enhancer.setInterfaces(new Class<?>[] { MigratedConnectionFactory.class });
		enhancer.setNamingPolicy(SpringNamingPolicy.INSTANCE);
		enhancer.setAttemptLoad(true);
		enhancer.setCallbackTypes(new Class<?>[] { Dispatcher.class, Dispatcher.class, NoOp.class, Dispatcher.class });
		enhancer.setCallbackFilter(ConnectionFactoryProxy::callback);
		Class<?> proxyClass = enhancer.createClass();
		Object proxy = new SpringObjenesis().newInstance(proxyClass, false);
		((Factory) proxy).setCallbacks(callbacks);
		return (LettuceConnectionFactory) proxy;
	}

	private static int callback(Method method) {
		if (!Modifier.isPublic(method.getModifiers())) {
			return 2;
		}
		if (method.getName().equals("toString") && method.getParameterCount() == 0) {
			return 3;
		}
		return CONNECTING.contains(method.getName()) ? 0 : 1;
	}

	private record Description(String text) {

		@Override
		public String toString() {
			return this.text;
		}

	}

}
