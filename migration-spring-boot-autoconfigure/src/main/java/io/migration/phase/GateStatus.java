package io.migration.phase;

import org.jspecify.annotations.Nullable;

/**
 * A gate with its values at one moment.
 *
 * @param gate the gate's name
 * @param step the step it guards
 * @param required what must hold
 * @param actual what does
 * @param met whether that is enough
 */
public record GateStatus(String gate, String step, Object required, @Nullable Object actual, boolean met) {

}
