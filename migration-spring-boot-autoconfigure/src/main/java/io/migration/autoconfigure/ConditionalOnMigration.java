package io.migration.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Matches when a migration is configured.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(OnMigrationCondition.class)
@interface ConditionalOnMigration {

	/**
	 * The kind of the migration; any, when empty.
	 * @return the kind, as in the properties
	 */
	String value() default "";

}
