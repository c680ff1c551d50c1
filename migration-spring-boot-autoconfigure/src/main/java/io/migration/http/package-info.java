/**
 * Calls of other services over HTTP: where each goes, and whether both sides answer
 * alike. Knows no client but by Spring's abstractions.
 */
@NullMarked
package io.migration.http;

import org.jspecify.annotations.NullMarked;
