package io.migration.actuate;

import java.util.Map;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * All migrations of this application.
 *
 * @param migrations the migrations by name
 */
public record MigrationsDescriptor(Map<String, MigrationDescriptor> migrations) implements OperationResponseBody {

}
