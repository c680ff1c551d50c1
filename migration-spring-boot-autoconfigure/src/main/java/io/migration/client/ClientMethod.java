package io.migration.client;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;

import io.migration.MigrationKey;
import io.migration.MigrationRead;
import io.migration.MigrationWrite;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.PatternMatchUtils;

/**
 * How one method of the interface is routed.
 *
 * @param method the method of the interface
 * @param write whether it writes
 * @param shape how it answers
 * @param key the position of the argument it sticks to, -1 for none
 */
record ClientMethod(Method method, boolean write, Shape shape, int key) {

	/**
	 * Look at a method.
	 * @param method the method of the interface
	 * @param implementation that of the source bean
	 * @param contract how names are understood
	 */
	static ClientMethod of(Method method, Method implementation, ClientContract contract) {
		boolean write = !PatternMatchUtils.simpleMatch(contract.reads().toArray(String[]::new), method.getName());
		if (has(MigrationRead.class, method, implementation)) {
			write = false;
		}
		else if (has(MigrationWrite.class, method, implementation)) {
			write = true;
		}
		int key = key(method);
		return new ClientMethod(method, write, Shape.of(method), (key >= 0) ? key : key(implementation));
	}

	static boolean contradicts(Method method, Method implementation) {
		return has(MigrationRead.class, method, implementation) && has(MigrationWrite.class, method, implementation);
	}

	private static boolean has(Class<? extends Annotation> annotation, Method method, Method implementation) {
		return AnnotatedElementUtils.hasAnnotation(method, annotation)
				|| AnnotatedElementUtils.hasAnnotation(implementation, annotation);
	}

	private static int key(Method method) {
		for (int i = 0; i < method.getParameterCount(); i++) {
			if (method.getParameters()[i].isAnnotationPresent(MigrationKey.class)) {
				return i;
			}
		}
		return -1;
	}

	@Nullable Object keyOf(@Nullable Object[] arguments) {
		return (this.key >= 0) ? arguments[this.key] : null;
	}

	String operation() {
		return ClassUtils.getShortName(this.method.getDeclaringClass()) + "." + this.method.getName();
	}

	/**
	 * How a method answers.
	 */
	enum Shape {

		/** When it returns. */
		VALUE,

		/** When a stage completes. */
		STAGE,

		/** When what it returns is subscribed to. */
		MONO,

		/** As before, with any number of elements. */
		FLUX,

		/** Later, in a way that nothing here waits for. */
		UNKNOWN;

		private static final String PUBLISHER = "org.reactivestreams.Publisher";

		private static Shape of(Method method) {
			Class<?> type = method.getReturnType();
			if (type == CompletionStage.class || type == CompletableFuture.class) {
				return STAGE;
			}
			if (type.getName().equals("reactor.core.publisher.Mono")) {
				return MONO;
			}
			if (type.getName().equals("reactor.core.publisher.Flux")) {
				return FLUX;
			}
			boolean later = Future.class.isAssignableFrom(type) || CompletionStage.class.isAssignableFrom(type)
					|| Flow.Publisher.class.isAssignableFrom(type)
					|| ClassUtils.getAllInterfacesForClassAsSet(type)
						.stream()
						.anyMatch((implemented) -> implemented.getName().equals(PUBLISHER))
					|| suspends(method);
			return later ? UNKNOWN : VALUE;
		}

		private static boolean suspends(Method method) {
			Class<?>[] parameters = method.getParameterTypes();
			return parameters.length > 0
					&& parameters[parameters.length - 1].getName().equals("kotlin.coroutines.Continuation");
		}

	}

}
