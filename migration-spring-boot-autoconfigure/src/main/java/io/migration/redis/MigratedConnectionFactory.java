package io.migration.redis;

/**
 * Marks a connection factory that a migration decorates.
 */
public interface MigratedConnectionFactory {

}
