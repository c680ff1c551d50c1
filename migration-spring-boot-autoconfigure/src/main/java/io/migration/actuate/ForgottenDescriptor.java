package io.migration.actuate;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * An instance that the fleet no longer waits for.
 *
 * @param forgotten the instance's id
 */
public record ForgottenDescriptor(String forgotten) implements OperationResponseBody {

}
