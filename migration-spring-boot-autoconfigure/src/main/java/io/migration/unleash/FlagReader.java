package io.migration.unleash;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

import io.getunleash.FeatureDefinition;
import io.getunleash.Unleash;
import io.getunleash.UnleashContext;
import io.getunleash.variant.Payload;
import io.getunleash.variant.Variant;
import io.migration.MigrationPhase;
import io.migration.phase.PhaseFlags.Reading;

/**
 * Evaluates a flag and says what it means. The rules, in order:
 * <ol>
 * <li>A variant: it is the phase, or the reading is silent because its name is none or
 * its payload is broken.
 * <li>The client does not know the flag (absent, archived, of another project): silent.
 * <li>The flag is switched off in this environment, which only its definition tells:
 * disabled.
 * <li>The flag is on, but selects no variant for us: silent. That includes a rollout to
 * nobody and a constraint that does not hold, which are not the kill switch.
 * </ol>
 * Each evaluation has the same user and session, here and on every other instance, so
 * that a gradual rollout or weighed variants, wrong as they are for a phase, cannot give
 * different phases to different instances (unless stickiness is {@code random}).
 */
final class FlagReader {

	private static final UnleashContext CONTEXT = UnleashContext.builder()
		.userId("migration")
		.sessionId("migration")
		.build();

	private final Unleash unleash;

	FlagReader(Unleash unleash) {
		this.unleash = unleash;
	}

	/**
	 * Evaluate a flag. Never throws.
	 * @param flag the flag's name
	 * @return what it says
	 */
	Reading read(String flag) {
		try {
			Variant variant = this.unleash.getVariant(flag, CONTEXT);
			return variant.isEnabled() ? fromVariant(variant) : withoutVariant(flag, variant);
		}
		catch (RuntimeException | LinkageError ex) {
			return new Reading.Silent("the Unleash client cannot evaluate it: " + Quoted.of(String.valueOf(ex)));
		}
	}

	private static Reading fromVariant(Variant variant) {
		MigrationPhase phase;
		try {
			phase = MigrationPhase.of(variant.getName());
		}
		catch (IllegalArgumentException ex) {
			return new Reading.Silent("its variant '%s' is not a phase; phases are %s"
				.formatted(Quoted.of(variant.getName()), phaseNames()));
		}
		try {
			PhasePayload payload = PhasePayload.parse(variant.getPayload().map(Payload::getValue).orElse(null));
			return new Reading.Wanted(phase, payload.readShare());
		}
		catch (IllegalArgumentException ex) {
			return new Reading.Silent(
					"the payload of its variant '%s' %s".formatted(phase.wireName(), ex.getMessage()));
		}
	}

	private Reading withoutVariant(String flag, Variant variant) {
		Optional<FeatureDefinition> definition = this.unleash.more().getFeatureToggleDefinition(flag);
		if (definition.isEmpty()) {
			return new Reading.Silent(this.unleash.more().getFeatureToggleNames().isEmpty()
					? "the Unleash client knows no flags at all: it has not reached its server, or its token sees none"
					: "Unleash has no such flag: not created, archived, or not in a project that the token sees");
		}
		if (!definition.get().environmentEnabled()) {
			return new Reading.Disabled();
		}
		return new Reading.Silent(variant.isFeatureEnabled()
				? "it is switched on, but has no variant: its strategy needs one, named for the phase"
				: "it is switched on, but not for this application: look at its rollout, constraints and parent flag");
	}

	private static String phaseNames() {
		return Arrays.stream(MigrationPhase.values()).map(MigrationPhase::wireName).collect(Collectors.joining(", "));
	}

}
