@NullMarked
package io.migration.grpc;

import org.jspecify.annotations.NullMarked;
