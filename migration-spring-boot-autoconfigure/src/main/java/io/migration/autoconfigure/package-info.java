/**
 * Conditions, properties and beans. The only package that knows them.
 */
@NullMarked
package io.migration.autoconfigure;

import org.jspecify.annotations.NullMarked;
