package io.migration.actuate;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A request that could not be understood or carried out.
 *
 * @param reason why, and what to do
 */
public record ProblemDescriptor(String reason) implements OperationResponseBody {

}
