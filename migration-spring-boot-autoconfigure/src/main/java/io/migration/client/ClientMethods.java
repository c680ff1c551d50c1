package io.migration.client;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import io.migration.client.ClientMethod.Shape;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.util.ReflectionUtils;

/**
 * How the methods of the interface are routed. The source bean may have other interfaces
 * with the same methods, and a proxy may be called by any of them.
 */
final class ClientMethods {

	private final ClientContract contract;

	private final Class<?> source;

	private final Map<Method, Optional<ClientMethod>> known = new ConcurrentHashMap<>();

	ClientMethods(ClientContract contract, Class<?> source) {
		this.contract = contract;
		this.source = source;
	}

	/**
	 * Return what keeps a method from being routed, {@code null} if nothing does.
	 */
	@Nullable String problem() {
		Map<String, String> problems = new HashMap<>();
		for (Method method : this.contract.type().getMethods()) {
			if (Modifier.isStatic(method.getModifiers())) {
				continue;
			}
			if (ClientMethod.contradicts(method, implementation(method))) {
				problems.put(method.getName(), "has both annotations, @MigrationRead and @MigrationWrite");
			}
			else if (route(method).shape() == Shape.UNKNOWN) {
				problems.put(method.getName(), "answers in a way that cannot be waited for");
			}
		}
		return problems.entrySet()
			.stream()
			.sorted(Map.Entry.comparingByKey())
			.map((problem) -> "%s.%s %s".formatted(this.contract.type().getName(), problem.getKey(),
					problem.getValue()))
			.findFirst()
			.orElse(null);
	}

	/**
	 * Return how a method is routed, {@code null} if it belongs to the source bean alone.
	 */
	@Nullable ClientMethod get(Method called) {
		Optional<ClientMethod> method = this.known.get(called);
		if (method == null) {
			method = this.known.computeIfAbsent(called, this::find);
		}
		return method.orElse(null);
	}

	private Optional<ClientMethod> find(Method called) {
		if (ReflectionUtils.isObjectMethod(called)) {
			return Optional.empty();
		}
		Method declared = ReflectionUtils.findMethod(this.contract.type(), called.getName(),
				called.getParameterTypes());
		return (declared != null) ? Optional.of(route(declared)) : Optional.empty();
	}

	private ClientMethod route(Method declared) {
		return ClientMethod.of(declared, implementation(declared), this.contract);
	}

	private Method implementation(Method declared) {
		return AopUtils.getMostSpecificMethod(declared, this.source);
	}

}
