@NullMarked
package io.migration.phase;

import org.jspecify.annotations.NullMarked;
