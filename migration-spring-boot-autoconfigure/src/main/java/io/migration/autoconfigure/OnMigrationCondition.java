package io.migration.autoconfigure;

import java.util.Map;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * The condition of {@link ConditionalOnMigration}.
 */
class OnMigrationCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Map<String, Object> attributes = metadata.getAnnotationAttributes(ConditionalOnMigration.class.getName());
		String kind = (attributes != null) ? String.valueOf(attributes.get("value")) : "";
		Environment environment = context.getEnvironment();
		boolean configured = kind.isEmpty() ? ConfiguredMigrations.any(environment)
				: !ConfiguredMigrations.names(environment, kind).isEmpty();
		ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnMigration.class, kind);
		return configured ? ConditionOutcome.match(message.because("a migration is configured"))
				: ConditionOutcome.noMatch(message.because("no migration is configured"));
	}

}
