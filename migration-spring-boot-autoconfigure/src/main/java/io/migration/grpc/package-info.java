/**
 * Migrations of gRPC services.
 * <p>
 * What the application takes for its channel is a {@link MigratingChannel} over two.
 * {@link CallRouting} decides where a call goes. Most calls become a {@link RoutedCall}
 * on one side; a safe one of the sample becomes a {@link ComparedCall} too, and an unsafe
 * one that goes to both sides a {@link RepeatedCall}.
 */
@NullMarked
package io.migration.grpc;

import org.jspecify.annotations.NullMarked;
