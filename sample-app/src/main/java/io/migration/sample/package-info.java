/**
 * A token service on Redis, as it was before anybody thought of moving its data. Nothing
 * in here knows of the migration: that is the starter, and properties.
 */
@NullMarked
package io.migration.sample;

import org.jspecify.annotations.NullMarked;
