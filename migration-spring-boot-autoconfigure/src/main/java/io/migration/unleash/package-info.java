/**
 * The desired phase as an Unleash flag. The only package that knows Unleash.
 */
@NullMarked
package io.migration.unleash;

import org.jspecify.annotations.NullMarked;
