/**
 * Redis migrations.
 * <p>
 * The application's {@code LettuceConnectionFactory} is replaced by a class proxy that
 * hands out connections of a client of our own ({@link MigratingConnectionFactory}).
 * Every command that such a connection sends passes {@link MigratingChannelWriter},
 * whatever the API it came through: template, reactive, pipeline, native.
 * {@link RedisRouter} decides what becomes of it; a write becomes a {@link WriteUnit}.
 * {@link RedisCopier} is the relay's work, {@link ReadComparison} compares,
 * {@link RedisMigration} puts it together.
 */
@NullMarked
package io.migration.redis;

import org.jspecify.annotations.NullMarked;
