package io.migration.actuate;

import java.util.List;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A request that was refused; it changed nothing.
 *
 * @param refused the gates that do not hold, empty when something else refuses
 * @param reason why, and what to do
 */
public record RefusedDescriptor(List<GateDescriptor> refused, String reason) implements OperationResponseBody {

	static RefusedDescriptor because(String reason) {
		return new RefusedDescriptor(List.of(), reason);
	}

}
