package io.migration.redis;

import java.lang.reflect.Array;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import org.springframework.core.ResolvableType;
import org.springframework.data.domain.Range;
import org.springframework.data.geo.Metric;
import org.springframework.data.geo.Metrics;

/**
 * Makes arguments of any type: well-known values, or what a type's own constants, factory
 * methods and constructors make of such values.
 */
final class ArgumentMaker {

	private static final int DEPTH = 4;

	private final Map<Class<?>, Object> known;

	/**
	 * Create a maker.
	 * @param any what to give where any type will do
	 */
	ArgumentMaker(Object any) {
		this.known = Map.ofEntries(Map.entry(Object.class, any), Map.entry(byte[].class, RedisKeys.bytes("1")),
				Map.entry(ByteBuffer.class, ByteBuffer.wrap(RedisKeys.bytes("1"))), Map.entry(String.class, "1-1"),
				Map.entry(boolean.class, true), Map.entry(Boolean.class, true), Map.entry(int.class, 1),
				Map.entry(Integer.class, 1), Map.entry(long.class, 1L), Map.entry(Long.class, 1L),
				Map.entry(Number.class, 1L), Map.entry(double.class, 1.0), Map.entry(Double.class, 1.0),
				Map.entry(Duration.class, Duration.ofSeconds(1)),
				Map.entry(Instant.class, Instant.now().plusSeconds(1000)), Map.entry(Optional.class, Optional.empty()),
				Map.entry(Range.class, Range.unbounded()), Map.entry(Metric.class, Metrics.KILOMETERS));
	}

	/**
	 * Make the arguments of a method or constructor.
	 */
	@Nullable Object[] arguments(Executable executable) {
		return arguments(executable, DEPTH);
	}

	private @Nullable Object[] arguments(Executable executable, int depth) {
		return Arrays.stream(executable.getGenericParameterTypes())
			.map((type) -> make(ResolvableType.forType(type), depth))
			.toArray();
	}

	private @Nullable Object make(ResolvableType type, int depth) {
		Class<?> raw = type.toClass();
		Object value = this.known.get(raw);
		if (value != null || depth == 0) {
			return value;
		}
		if (raw.isArray()) {
			Object array = Array.newInstance(raw.getComponentType(), 1);
			Array.set(array, 0, make(type.getComponentType(), depth));
			return array;
		}
		if (raw.isEnum()) {
			return raw.getEnumConstants()[0];
		}
		if (raw == Map.class) {
			return Map.of(required(type, 0, depth), required(type, 1, depth));
		}
		if (raw == Publisher.class) {
			return Mono.just(required(type, 0, depth));
		}
		if (raw == Set.class) {
			return Set.of(required(type, 0, depth));
		}
		if (raw == List.class || raw == Collection.class || raw == Iterable.class) {
			return List.of(required(type, 0, depth));
		}
		return built(raw, depth - 1);
	}

	private Object required(ResolvableType type, int generic, int depth) {
		return Objects.requireNonNull(make(type.getGeneric(generic), depth), type::toString);
	}

	private @Nullable Object built(Class<?> type, int depth) {
		return Stream
			.<Supplier<Stream<Object>>>of(() -> constants(type), () -> factories(type, type, depth),
					() -> builders(type, depth), () -> constructors(type, depth))
			.flatMap(Supplier::get)
			.findFirst()
			.map((made) -> completed(made, type, depth))
			.orElse(null);
	}

	private static Stream<Object> constants(Class<?> type) {
		return Arrays.stream(type.getFields())
			.filter((field) -> Modifier.isStatic(field.getModifiers()) && type.isAssignableFrom(field.getType()))
			.sorted(Comparator.comparing(Field::getName))
			.flatMap((field) -> attempt(() -> field.get(null)));
	}

	private Stream<Object> factories(Class<?> owner, Class<?> type, int depth) {
		return methods(owner, type, true)
			.flatMap((method) -> attempt(() -> method.invoke(null, arguments(method, depth))));
	}

	/**
	 * What a builder makes that the type hands out.
	 */
	private Stream<Object> builders(Class<?> type, int depth) {
		return Arrays.stream(type.getClasses())
			.flatMap((builder) -> factories(type, builder, depth))
			.flatMap((builder) -> methods(builder.getClass(), type, false)
				.flatMap((method) -> attempt(() -> method.invoke(builder, arguments(method, depth)))));
	}

	private Stream<Object> constructors(Class<?> type, int depth) {
		return Arrays.stream(type.getConstructors())
			.sorted(Comparator.comparing(Object::toString))
			.flatMap((constructor) -> attempt(() -> constructor.newInstance(arguments(constructor, depth))));
	}

	/**
	 * A command object is told the rest by methods that return another one of its kind.
	 * Some of them forget what others have told, so each is called again, the last first.
	 */
	private Object completed(Object made, Class<?> type, int depth) {
		List<Method> told = methods(type, type, false).filter((method) -> method.getParameterCount() > 0).toList();
		Object latest = made;
		for (int i = 0; i < 2 * told.size(); i++) {
			Object known = latest;
			Method method = told.get((i < told.size()) ? i : 2 * told.size() - 1 - i);
			latest = attempt(() -> method.invoke(known, arguments(method, depth))).findFirst().orElse(known);
		}
		return latest;
	}

	private static Stream<Method> methods(Class<?> owner, Class<?> returned, boolean ofTheClass) {
		return Arrays.stream(owner.getMethods())
			.filter((method) -> Modifier.isStatic(method.getModifiers()) == ofTheClass
					&& returned.isAssignableFrom(method.getReturnType()))
			.sorted(Comparator.comparing(Method::getParameterCount).thenComparing(Method::toString));
	}

	private static Stream<Object> attempt(Attempt attempt) {
		try {
			return Stream.ofNullable(attempt.make());
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			return Stream.empty();
		}
	}

	private interface Attempt {

		@Nullable Object make() throws ReflectiveOperationException;

	}

}
