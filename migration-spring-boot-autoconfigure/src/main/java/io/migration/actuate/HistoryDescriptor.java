package io.migration.actuate;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.migration.phase.PhaseChange;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The changes of effective phase.
 *
 * @param history the changes, latest first
 */
public record HistoryDescriptor(List<ChangeDescriptor> history) implements OperationResponseBody {

	static HistoryDescriptor of(List<PhaseChange> changes) {
		return new HistoryDescriptor(changes.stream()
			.map((change) -> new ChangeDescriptor(change.from().wireName(), change.to().wireName(), change.epoch(),
					change.at(), change.by(), change.reason()))
			.toList());
	}

	/**
	 * One change of effective phase.
	 *
	 * @param from the phase left
	 * @param to the phase entered
	 * @param epoch the epoch it began
	 * @param at when
	 * @param by who asked for it
	 * @param reason why, {@code null} if that was not said
	 */
	@JsonInclude(Include.ALWAYS)
	public record ChangeDescriptor(String from, String to, long epoch, Instant at, String by, @Nullable String reason) {

	}

}
