@NullMarked
package io.migration.http;

import org.jspecify.annotations.NullMarked;
