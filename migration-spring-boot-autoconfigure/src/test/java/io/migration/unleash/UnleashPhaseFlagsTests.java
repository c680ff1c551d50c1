package io.migration.unleash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import io.getunleash.FakeUnleash;
import io.getunleash.FeatureDefinition;
import io.getunleash.MoreOperations;
import io.getunleash.Unleash;
import io.getunleash.UnleashContext;
import io.getunleash.variant.Variant;
import io.migration.MigrationPhase;
import io.migration.phase.PhaseFlags.Reading;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mockito.ArgumentMatchers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.atLeast;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;

/**
 * With an application's own client.
 */
class UnleashPhaseFlagsTests {

	private static final String FLAG = "migration.tokens";

	private static final Variant NONE_FLAG_ON = new Variant("disabled", (String) null, false, null, true);

	private final Unleash unleash = mock();

	private final MoreOperations more = mock();

	private final UnleashPhaseFlags flags = UnleashPhaseFlags.of(this.unleash, null);

	@BeforeEach
	void knowAnotherFlag() {
		given(this.unleash.more()).willReturn(this.more);
		given(this.more.getFeatureToggleNames()).willReturn(List.of("another"));
		given(this.more.getFeatureToggleDefinition(anyString())).willReturn(Optional.empty());
		variant(Variant.DISABLED_VARIANT);
	}

	@AfterEach
	void stop() {
		this.flags.close();
	}

	@ParameterizedTest
	@EnumSource
	void theNameOfTheVariantIsThePhase(MigrationPhase phase) {
		variant(enabled(phase.wireName(), null));
		assertThat(this.flags.read(FLAG)).isEqualTo(new Reading.Wanted(phase, null));
	}

	@Test
	void thePayloadIsTheReadShare() {
		variant(enabled("read-new", "{\"readShare\": 25}"));
		assertThat(this.flags.read(FLAG)).isEqualTo(new Reading.Wanted(MigrationPhase.READ_NEW, 25));
	}

	@Test
	void aBrokenPayloadIsSilent() {
		variant(enabled("read-new", "{\"readShare\": 2500}"));
		assertThat(silence())
			.isEqualTo("the payload of its variant 'read-new' has a readShare that is not an integer from 0 to 100");
	}

	@Test
	void anUnknownVariantIsSilentAndQuotedBriefly() {
		variant(enabled("cut\nover" + "r".repeat(500), null));
		assertThat(silence()).startsWith("its variant 'cut overrrr")
			.contains("off, shadow, dual-write, read-new, cutover")
			.doesNotContain("\n")
			.hasSizeLessThan(200);
	}

	@Test
	void aMissingFlagIsSilent() {
		assertThat(silence()).contains("no such flag");
	}

	@Test
	void aClientThatKnowsNoFlagsIsSilent() {
		given(this.more.getFeatureToggleNames()).willReturn(List.of());
		assertThat(silence()).contains("knows no flags at all");
	}

	@Test
	void aFlagThatIsSwitchedOffIsDisabled() {
		definition(false);
		assertThat(this.flags.read(FLAG)).isEqualTo(new Reading.Disabled());
	}

	@Test
	void aFlagThatIsOnButNotForThisApplicationIsSilent() {
		definition(true);
		assertThat(silence()).contains("not for this application");
	}

	@Test
	void aFlagWithoutVariantIsSilent() {
		definition(true);
		variant(NONE_FLAG_ON);
		assertThat(silence()).contains("has no variant");
	}

	@Test
	void aClientThatFailsIsSilent() {
		willThrow(new IllegalStateException("planned")).given(this.unleash)
			.getVariant(anyString(), any(UnleashContext.class));
		assertThat(silence()).contains("planned");
	}

	@Test
	void theFakeOfUnleashWillDo() {
		FakeUnleash fake = new FakeUnleash();
		try (UnleashPhaseFlags flags = UnleashPhaseFlags.of(fake, null)) {
			assertThat(flags.read("missing")).isInstanceOf(Reading.Silent.class);
			fake.enable(FLAG);
			fake.setVariant(FLAG, new Variant("read-new", "{\"readShare\": 5}", true));
			assertThat(flags.read(FLAG)).isEqualTo(new Reading.Wanted(MigrationPhase.READ_NEW, 5));
		}
	}

	@Test
	void readingDoesNotEvaluate() {
		variant(enabled("shadow", null));
		this.flags.read(FLAG);
		this.flags.close();
		clearInvocations(this.unleash);
		for (int i = 0; i < 1000; i++) {
			this.flags.read(FLAG);
		}
		verify(this.unleash, never()).getVariant(any(), any(UnleashContext.class));
	}

	@Test
	void everyEvaluationHasTheSameUserAndSession() {
		this.flags.read(FLAG);
		verify(this.unleash, atLeast(1)).getVariant(eq(FLAG),
				ArgumentMatchers
					.<UnleashContext>argThat((context) -> context.getUserId().equals(Optional.of("migration"))
							&& context.getSessionId().equals(Optional.of("migration"))));
	}

	@Test
	void aChangeOfAnyFlagThatWasReadIsSeenAndToldOnce() {
		variant("a", enabled("shadow", null));
		variant("b", enabled("shadow", null));
		this.flags.read("a");
		this.flags.read("b");
		List<List<Reading>> seen = new ArrayList<>();
		this.flags.onChange(() -> seen.add(List.of(this.flags.read("a"), this.flags.read("b"))));
		variant("b", enabled("dual-write", null));
		await().until(() -> !seen.isEmpty());
		clearInvocations(this.unleash);
		verify(this.unleash, timeout(5000).atLeast(4)).getVariant(anyString(), any(UnleashContext.class));
		assertThat(seen).containsExactly(List.of(new Reading.Wanted(MigrationPhase.SHADOW, null),
				new Reading.Wanted(MigrationPhase.DUAL_WRITE, null)));
	}

	@Test
	void aListenerThatFailsKeepsNothingFromOthers() {
		variant(enabled("shadow", null));
		this.flags.read(FLAG);
		AtomicInteger told = new AtomicInteger();
		this.flags.onChange(() -> {
			throw new IllegalStateException("planned");
		});
		this.flags.onChange(told::incrementAndGet);
		variant(enabled("dual-write", null));
		await().untilAtomic(told, is(1));
		variant(enabled("read-new", null));
		await().untilAtomic(told, is(2));
	}

	@Test
	void closingStopsEvaluatingAndKeepsReadings() {
		variant(enabled("shadow", null));
		this.flags.read(FLAG);
		this.flags.close();
		variant(enabled("dual-write", null));
		await().during(Duration.ofMillis(1500))
			.until(() -> this.flags.read(FLAG).equals(new Reading.Wanted(MigrationPhase.SHADOW, null)));
	}

	@Test
	void withoutAnAddressOperatorsAreReferredToTheApplicationsClient() {
		assertThat(this.flags.whereToSet(FLAG)).contains(FLAG, "application's own client");
		assertThat(this.flags.writable()).isFalse();
		assertThatIllegalStateException()
			.isThrownBy(() -> this.flags.write(FLAG, MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE))
			.withMessageContaining("migration.unleash.admin.token")
			.withMessageContaining(FLAG);
	}

	@Test
	void withAnAddressOperatorsAreToldServerProjectEnvironmentAndFlag() {
		UnleashClientSettings settings = new UnleashClientSettings("http://unleash:4242/api", null, "live",
				Duration.ofSeconds(1), "*:*.secret", "payments", "app", "app-1");
		try (UnleashPhaseFlags flags = UnleashPhaseFlags.of(this.unleash, settings)) {
			assertThat(flags.writable()).isTrue();
			assertThat(flags.whereToSet(FLAG)).contains("http://unleash:4242/api", "'payments'", "'live'", FLAG)
				.doesNotContain("secret");
		}
	}

	private String silence() {
		Reading reading = this.flags.read(FLAG);
		assertThat(reading).isInstanceOf(Reading.Silent.class);
		return ((Reading.Silent) reading).reason();
	}

	private static Variant enabled(String name, String payload) {
		return new Variant(name, payload, true, null, true);
	}

	private void variant(Variant variant) {
		given(this.unleash.getVariant(anyString(), any(UnleashContext.class))).willReturn(variant);
	}

	private void variant(String flag, Variant variant) {
		given(this.unleash.getVariant(eq(flag), any(UnleashContext.class))).willReturn(variant);
	}

	private void definition(boolean enabled) {
		given(this.more.getFeatureToggleDefinition(FLAG))
			.willReturn(Optional.of(new FeatureDefinition(FLAG, Optional.of("operational"), "default", enabled)));
	}

}
