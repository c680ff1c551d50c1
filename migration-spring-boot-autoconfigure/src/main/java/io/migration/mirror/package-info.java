/**
 * Journal and relay as contracts: waiting for the relay, comparing the sides, bounded
 * work beside the caller. Knows no kind of system.
 */
@NullMarked
package io.migration.mirror;

import org.jspecify.annotations.NullMarked;
