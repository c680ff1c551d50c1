package io.migration.actuate;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.migration.phase.GateStatus;
import org.jspecify.annotations.Nullable;

/**
 * A gate with its values.
 *
 * @param gate the gate's name
 * @param step the step it guards
 * @param required what must hold
 * @param actual what does, {@code null} if that is not known
 * @param met whether that is enough
 */
@JsonInclude(Include.ALWAYS)
public record GateDescriptor(String gate, String step, @Nullable Object required, @Nullable Object actual,
		boolean met) {

	static List<GateDescriptor> of(List<GateStatus> gates) {
		return gates.stream()
			.map((gate) -> new GateDescriptor(gate.gate(), gate.step(), value(gate.required()), value(gate.actual()),
					gate.met()))
			.toList();
	}

	/**
	 * Keep what JSON has a form for; durations and the like get their ISO form, whatever
	 * the application's mapper does with them.
	 */
	private static @Nullable Object value(@Nullable Object value) {
		if (value instanceof Double number && !Double.isFinite(number)) {
			return null;
		}
		boolean plain = value == null || value instanceof Number || value instanceof Boolean || value instanceof Instant
				|| value instanceof Map || value instanceof Collection;
		return plain ? value : String.valueOf(value);
	}

}
