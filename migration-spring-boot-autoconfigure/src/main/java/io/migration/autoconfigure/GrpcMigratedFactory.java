package io.migration.autoconfigure;

/**
 * Marks a channel factory that is decorated.
 */
interface GrpcMigratedFactory {

}
