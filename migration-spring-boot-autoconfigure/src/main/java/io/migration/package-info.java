/**
 * What applications touch: migrations, their phases, events and exceptions.
 */
@NullMarked
package io.migration;

import org.jspecify.annotations.NullMarked;
