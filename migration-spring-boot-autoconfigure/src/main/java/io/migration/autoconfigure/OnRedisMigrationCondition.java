package io.migration.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches when a Redis migration is configured.
 */
class OnRedisMigrationCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Redis migration");
		int count = ConfiguredMigrations.names(context.getEnvironment(), "redis").size();
		return (count > 0) ? ConditionOutcome.match(message.found("migration", "migrations").items(count))
				: ConditionOutcome.noMatch(message.because("no property migration.redis.* is set"));
	}

}
