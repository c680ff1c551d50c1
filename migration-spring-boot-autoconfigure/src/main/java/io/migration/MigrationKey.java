package io.migration;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says which argument a call of a migrated client sticks to: calls with equal keys are
 * answered by the same side in read-new as long as the read share stays. The hash code of
 * the argument must be the same in every instance of the application, as those of
 * strings, numbers and records of them are. On the interface, or on the method of the
 * source bean that implements it.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface MigrationKey {

}
