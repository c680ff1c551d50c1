package io.migration.grpc;

import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

import io.grpc.Status;
import io.grpc.Status.Code;
import org.jspecify.annotations.Nullable;

/**
 * How a unary call has ended.
 *
 * @param status its status
 * @param message the answer, {@code null} if there is none
 */
record Outcome(Status status, @Nullable Object message) {

	/** What says that a server, or the way to it, does not work. */
	private static final Set<Code> FAULTS = EnumSet.of(Code.UNKNOWN, Code.DEADLINE_EXCEEDED, Code.RESOURCE_EXHAUSTED,
			Code.UNIMPLEMENTED, Code.INTERNAL, Code.UNAVAILABLE, Code.DATA_LOSS);

	/** What says nothing about the service. */
	private static final Set<Code> NO_ANSWERS = EnumSet.of(Code.CANCELLED, Code.DEADLINE_EXCEEDED,
			Code.RESOURCE_EXHAUSTED, Code.UNAVAILABLE);

	/**
	 * Return whether a status is not the fault of the side that gave it.
	 */
	static boolean succeeded(Status status) {
		return !FAULTS.contains(status.getCode());
	}

	/**
	 * Return whether it is an answer of the service, which another may be compared with.
	 */
	boolean isAnswer() {
		return !NO_ANSWERS.contains(this.status.getCode());
	}

	/**
	 * Return what differs, without any of the values.
	 */
	@Nullable String difference(Outcome other) {
		if (this.status.getCode() != other.status.getCode()) {
			return "status %s, other side %s".formatted(this.status.getCode(), other.status.getCode());
		}
		return Objects.deepEquals(this.message, other.message) ? null : "message";
	}

}
