@NullMarked
package io.migration.redis;

import org.jspecify.annotations.NullMarked;
