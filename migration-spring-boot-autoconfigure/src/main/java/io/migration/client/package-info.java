/**
 * Migrations of any other client: calls by template, and proxies of two beans of one
 * interface.
 */
@NullMarked
package io.migration.client;

import org.jspecify.annotations.NullMarked;
