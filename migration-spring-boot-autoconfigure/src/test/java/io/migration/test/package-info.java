/**
 * Real servers and network faults for tests: each starts in milliseconds to seconds,
 * listens on loopback alone, and ends with the virtual machine.
 */
@NullMarked
package io.migration.test;

import org.jspecify.annotations.NullMarked;
