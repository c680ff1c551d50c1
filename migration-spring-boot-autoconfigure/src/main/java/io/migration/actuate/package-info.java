/**
 * What operators see: the Actuator endpoint, health and meters. Knows no kind of system
 * and no condition or property.
 */
@NullMarked
package io.migration.actuate;

import org.jspecify.annotations.NullMarked;
