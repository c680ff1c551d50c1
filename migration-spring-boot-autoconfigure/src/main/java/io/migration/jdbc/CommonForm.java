package io.migration.jdbc;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Brings the values of two columns, of different types perhaps, into a form in which
 * equal values are equal objects. What one of the types cannot hold is left out. A value
 * that has no such form stays as it is, and so differs. Immutable.
 */
final class CommonForm {

	private static final Set<ValueKind> NUMERIC = Set.of(ValueKind.NUMBER, ValueKind.FLOAT, ValueKind.DOUBLE,
			ValueKind.BOOLEAN);

	private static final Set<ValueKind> CALENDAR = Set.of(ValueKind.DATE, ValueKind.LOCAL, ValueKind.INSTANT);

	private static final Set<ValueKind> TEXTS = Set.of(ValueKind.TEXT, ValueKind.PADDED, ValueKind.OTHER);

	private static final Pattern UUID = Pattern
		.compile("\\p{XDigit}{8}(-?)\\p{XDigit}{4}\\1\\p{XDigit}{4}\\1\\p{XDigit}{4}\\1\\p{XDigit}{12}");

	/** MySQL and MariaDB answer no more digits of a float. */
	private static final MathContext SIX_DIGITS = new MathContext(6, RoundingMode.HALF_EVEN);

	private final UnaryOperator<Object> form;

	private CommonForm(UnaryOperator<Object> form) {
		this.form = form;
	}

	/**
	 * Return the form for two columns.
	 * @param one the one
	 * @param other the other
	 * @param digits how many digits of a second both hold
	 * @param rounded whether the side that holds fewer rounds, rather than cuts
	 * @return the form
	 */
	static CommonForm of(ResultColumn one, ResultColumn other, int digits, boolean rounded) {
		if (either(one, other, ValueKind.JSON)) {
			return new CommonForm(CommonForm::json);
		}
		if (either(one, other, ValueKind.ARRAY)) {
			ResultColumn left = one.element();
			ResultColumn right = other.element();
			CommonForm element = (left != null && right != null) ? of(left, right, digits, rounded)
					: new CommonForm((value) -> value);
			return new CommonForm(element::elements);
		}
		if (either(one, other, ValueKind.UUID) || (either(one, other, ValueKind.BYTES)
				&& (TEXTS.contains(one.kind()) || TEXTS.contains(other.kind())))) {
			return new CommonForm(CommonForm::bytes);
		}
		if (both(one, other, CALENDAR)) {
			return new CommonForm(calendar(one, other, digits, rounded));
		}
		if (one.kind() == ValueKind.TIME && other.kind() == ValueKind.TIME) {
			return new CommonForm((value) -> toDigits(value, digits, rounded));
		}
		if (both(one, other, Set.of(ValueKind.BOOLEAN))) {
			return new CommonForm(CommonForm::exact);
		}
		if (NUMERIC.contains(one.kind()) || NUMERIC.contains(other.kind())) {
			return new CommonForm(number(one, other));
		}
		return either(one, other, ValueKind.PADDED) ? new CommonForm(CommonForm::unpadded)
				: new CommonForm((value) -> value);
	}

	private static boolean either(ResultColumn one, ResultColumn other, ValueKind kind) {
		return one.kind() == kind || other.kind() == kind;
	}

	private static boolean both(ResultColumn one, ResultColumn other, Set<ValueKind> kinds) {
		return kinds.contains(one.kind()) && kinds.contains(other.kind());
	}

	/**
	 * Bring a value into the form.
	 * @param value the value, {@code null} for NULL
	 * @return its form, {@code null} for NULL
	 */
	@Nullable Object apply(@Nullable Object value) {
		return (value != null) ? this.form.apply(value) : null;
	}

	private Object elements(Object value) {
		if (!(value instanceof List<?> list)) {
			return value;
		}
		List<@Nullable Object> elements = new ArrayList<>(list.size());
		list.forEach((element) -> elements.add((element instanceof List<?>) ? elements(element) : apply(element)));
		return elements;
	}

	private static Object json(Object value) {
		if (value instanceof List<?> list) {
			List<Object> elements = new ArrayList<>(list.size());
			list.forEach((element) -> elements.add((element != null) ? json(element) : JsonStructure.of("null")));
			return elements;
		}
		if (!(value instanceof String text)) {
			return exact(value);
		}
		try {
			return JsonStructure.of(text);
		}
		catch (IllegalArgumentException ex) {
			return value;
		}
	}

	private static Object bytes(Object value) {
		String text = value.toString();
		if (value instanceof ByteBuffer bytes) {
			if (bytes.remaining() != 36 && bytes.remaining() != 32) {
				return value;
			}
			text = new String(bytes.array(), StandardCharsets.ISO_8859_1);
		}
		if (UUID.matcher(text).matches()) {
			String digits = text.replace("-", "");
			return ByteBuffer.allocate(16)
				.putLong(Long.parseUnsignedLong(digits.substring(0, 16), 16))
				.putLong(Long.parseUnsignedLong(digits.substring(16), 16))
				.flip();
		}
		return (value instanceof ByteBuffer) ? value : ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
	}

	private static UnaryOperator<Object> calendar(ResultColumn one, ResultColumn other, int digits, boolean rounded) {
		if (one.kind() == other.kind()) {
			return (value) -> toDigits(value, digits, rounded);
		}
		// without a zone on one side, what the other shows in ours: drivers set the zone
		// of their sessions to it
		return (value) -> {
			Object local = value;
			if (value instanceof LocalDate date) {
				local = date.atStartOfDay();
			}
			else if (value instanceof Instant instant) {
				local = LocalDateTime.ofInstant(instant, ZoneId.systemDefault());
			}
			return toDigits(local, digits, rounded);
		};
	}

	private static Object toDigits(Object value, int digits, boolean rounded) {
		if (!(value instanceof Temporal time) || !time.isSupported(ChronoField.NANO_OF_SECOND)) {
			return value;
		}
		int unit = BigDecimal.TEN.pow(9 - digits).intValue();
		int rest = time.get(ChronoField.NANO_OF_SECOND) % unit;
		Temporal cut = time.minus(rest, ChronoUnit.NANOS);
		if (!rounded || rest < unit - rest || rest == 0) {
			return cut;
		}
		try {
			return cut.plus(unit, ChronoUnit.NANOS);
		}
		catch (DateTimeException ex) {
			// the end of time, which is how a driver shows infinity
			return cut;
		}
	}

	private static UnaryOperator<Object> number(ResultColumn one, ResultColumn other) {
		if (TEXTS.contains(one.kind()) || TEXTS.contains(other.kind())) {
			return either(one, other, ValueKind.BOOLEAN) ? CommonForm::truth : CommonForm::written;
		}
		if (either(one, other, ValueKind.FLOAT)) {
			boolean sameEngine = one.typeName().equals(other.typeName());
			return (value) -> single(value, !sameEngine);
		}
		return either(one, other, ValueKind.DOUBLE) ? CommonForm::twice : CommonForm::exact;
	}

	private static Object exact(Object value) {
		if (value instanceof Double number && Double.isFinite(number)) {
			return new BigDecimal(number).stripTrailingZeros();
		}
		return (value instanceof BigDecimal number) ? number.stripTrailingZeros() : value;
	}

	/**
	 * By the double's own equality NaN is equal to itself; adding 0.0 takes -0.0 away.
	 */
	private static Object twice(Object value) {
		return (value instanceof Number number) ? number.doubleValue() + 0.0 : value;
	}

	private static Object single(Object value, boolean shortened) {
		if (!(value instanceof Number number)) {
			return value;
		}
		float single = number.floatValue();
		return (shortened && Float.isFinite(single)) ? new BigDecimal(single).round(SIX_DIGITS).stripTrailingZeros()
				: single + 0.0f;
	}

	/** A number that one side holds as text. */
	private static Object written(Object value) {
		try {
			return new BigDecimal(value.toString().strip()).stripTrailingZeros();
		}
		catch (NumberFormatException ex) {
			return value.toString();
		}
	}

	private static Object truth(Object value) {
		return switch (value.toString()) {
			case "true", "t" -> BigDecimal.ONE;
			case "false", "f" -> BigDecimal.ZERO;
			default -> written(value);
		};
	}

	private static Object unpadded(Object value) {
		if (!(value instanceof String text)) {
			return value;
		}
		int end = text.length();
		while (end > 0 && text.charAt(end - 1) == ' ') {
			end--;
		}
		return text.substring(0, end);
	}

}
