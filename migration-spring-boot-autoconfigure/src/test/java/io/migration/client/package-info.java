@NullMarked
package io.migration.client;

import org.jspecify.annotations.NullMarked;
