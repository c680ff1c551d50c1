@NullMarked
package io.migration.actuate;

import org.jspecify.annotations.NullMarked;
