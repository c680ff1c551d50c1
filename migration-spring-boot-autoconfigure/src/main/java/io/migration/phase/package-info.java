/**
 * Phase control: effective and desired phase, ledger, gates, and the walk between phases.
 * Knows no kind of system and no flag service.
 */
@NullMarked
package io.migration.phase;

import org.jspecify.annotations.NullMarked;
