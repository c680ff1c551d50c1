@NullMarked
package io.migration.mirror;

import org.jspecify.annotations.NullMarked;
