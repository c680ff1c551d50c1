package io.migration.autoconfigure;

import java.util.concurrent.Future;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.migration.MigrationRead;
import io.migration.MigrationWrite;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever is wrong with the beans of a migration, the application does not start, and
 * says what is wrong and what to do.
 */
class InvalidClientMigrationTests {

	private static final String PREFIX = "migration.client.catalog.";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MigrationAutoConfiguration.class,
				UnleashMigrationAutoConfiguration.class, ClientMigrationAutoConfiguration.class))
		.withBean("one", Catalog.class, () -> () -> "one")
		.withBean("other", Catalog.class, () -> () -> "other");

	private static String[] joining(String type, String source, String target) {
		return new String[] { PREFIX + "interface=" + type, PREFIX + "source=" + source, PREFIX + "target=" + target };
	}

	private static String[] joining(String source, String target) {
		return joining(Catalog.class.getName(), source, target);
	}

	@Test
	void whatIsRightIsNotRefused() {
		this.runner.withPropertyValues(joining("one", "other")).run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@CsvSource({ "source, missing, other", "target, one, missing" })
	void aBeanThatDoesNotExist(String property, String source, String target) {
		refused(this.runner.withPropertyValues(joining(source, target)),
				"The property 'migration.client.catalog.%s' names 'missing', but there is no such bean."
					.formatted(property),
				"Use one of: one, other.");
	}

	@Test
	void aBeanThatDoesNotExistWhereThereIsNone() {
		refused(this.runner.withPropertyValues(joining(Runnable.class.getName(), "missing", "other")),
				"The property 'migration.client.catalog.source' names 'missing', but there is no such bean.",
				"Define a bean of type Runnable.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "source", "target" })
	void aBeanThatIsNotNamed(String property) {
		refused(this.runner.withPropertyValues(PREFIX + "interface=" + Catalog.class.getName(),
				PREFIX + (property.equals("source") ? "target" : "source") + "=one"),
				"The migration 'migration.client.catalog' has no %s.".formatted(property),
				"Name a bean by 'migration.client.catalog.%s'. Use one of: one, other.".formatted(property));
	}

	@Test
	void oneBeanForBoth() {
		refused(this.runner.withPropertyValues(joining("one", "one")),
				"The source and the target of the migration 'migration.client.catalog' are the same bean, 'one'.",
				"Name two beans of type Catalog by 'migration.client.catalog.source' and 'migration.client.catalog.target'.");
	}

	@ParameterizedTest
	@CsvSource({ "source, text, other", "target, one, text" })
	void aBeanThatDoesNotImplementTheInterface(String property, String source, String target) {
		refused(this.runner.withBean("text", String.class, () -> "text").withPropertyValues(joining(source, target)),
				"The property 'migration.client.catalog.%s' names 'text', which is a java.lang.String and not a %s."
					.formatted(property, Catalog.class.getName()),
				"Use one of: one, other.");
	}

	@Test
	void anInterfaceThatDoesNotExist() {
		refused(this.runner.withPropertyValues(joining("com.example.Missing", "one", "other")),
				"The property 'migration.client.catalog.interface' has the value 'com.example.Missing', which is not on the classpath.",
				"Use the full name of the interface that both beans have.");
	}

	@Test
	void anInterfaceThatIsNone() {
		refused(this.runner.withPropertyValues(joining("java.lang.String", "one", "other")),
				"The property 'migration.client.catalog.interface' has the value 'java.lang.String', which is not an interface.",
				"Use the full name of the interface that both beans have.");
	}

	@Test
	void beansWithoutAnInterface() {
		refused(this.runner.withPropertyValues(PREFIX + "source=one"),
				"The migration 'migration.client.catalog' names beans but not the interface that they have.",
				"Set 'migration.client.catalog.interface', or remove 'migration.client.catalog.source' and 'migration.client.catalog.target' to use the template alone.");
	}

	@ParameterizedTest
	@CsvSource({ "one, third, one", "third, one, one", "other, third, other", "third, other, other" })
	void twoMigrationsOfOneBean(String source, String target, String shared) {
		FailureAnalysis analysis = refused(this.runner.withBean("third", Catalog.class, () -> () -> "third")
			.withPropertyValues(joining("one", "other"))
			.withPropertyValues("migration.client.prices.interface=" + Catalog.class.getName(),
					"migration.client.prices.source=" + source, "migration.client.prices.target=" + target));
		assertThat(analysis.getDescription())
			.isEqualTo("Two migrations name the bean '%s': 'migration.client.catalog' and 'migration.client.prices'."
				.formatted(shared));
		assertThat(analysis.getAction())
			.isEqualTo("Remove one of them, or name different beans by their properties 'source' and 'target'.");
	}

	@Test
	void aComparatorThatDoesNotExist() {
		refused(this.runner.withPropertyValues(joining("one", "other"))
			.withPropertyValues(PREFIX + "comparator=missing"),
				"The property 'migration.client.catalog.comparator' names 'missing', but there is no such bean.",
				"Define a bean of type java.util.Comparator with this name.");
	}

	@Test
	void aComparatorThatIsNone() {
		FailureAnalysis analysis = refused(this.runner.withPropertyValues(joining("one", "other"))
			.withBean("text", String.class, () -> "text")
			.withPropertyValues(PREFIX + "comparator=text"));
		assertThat(analysis.getDescription()).isEqualTo(
				"The property 'migration.client.catalog.comparator' names 'text', which is a java.lang.String and not a java.util.Comparator.");
		assertThat(analysis.getAction()).isEqualTo("Name a bean of type java.util.Comparator.");
	}

	@Test
	void aMethodThatCannotBeWaitedFor() {
		refusedMethod(Later.class, (Later) () -> null, "save answers in a way that cannot be waited for");
	}

	@Test
	void aMethodThatReadsAndWrites() {
		refusedMethod(Both.class, (Both) () -> "", "exchange has both annotations, @MigrationRead and @MigrationWrite");
	}

	private <T> void refusedMethod(Class<T> type, T bean, String problem) {
		refused(this.runner.withBean("first", type, () -> bean)
			.withBean("second", type, () -> bean)
			.withPropertyValues(joining(type.getName(), "first", "second")),
				"The migration 'migration.client.catalog' cannot route a method: %s.%s.".formatted(type.getName(),
						problem),
				"Let it return a value, CompletionStage, CompletableFuture, Mono or Flux, and have one annotation at most.");
	}

	@Test
	void aLibraryThatIsMissing() {
		refused(this.runner.withPropertyValues(joining("one", "other"))
			.withClassLoader(new FilteredClassLoader(CircuitBreaker.class)),
				"The migration 'migration.client.catalog' needs io.github.resilience4j:resilience4j-circuitbreaker, which is not on the classpath.",
				"Add io.github.resilience4j:resilience4j-circuitbreaker, or remove the migration.");
	}

	@ParameterizedTest
	@CsvSource({ "compare.sample-rate, 2", "compare.timeout, -1s", "compare.max-parallel, 0", "compare.max-waiting, -1",
			"read-share, 101", "gates.max-mismatch-rate, 7" })
	void aValueThatCannotBe(String property, String value) {
		FailureAnalysis analysis = refused(this.runner.withPropertyValues(joining("one", "other"))
			.withPropertyValues(PREFIX + property + "=" + value));
		assertThat(analysis.getDescription()).contains("migration.client.catalog." + property);
	}

	private static void refused(ApplicationContextRunner runner, String description, String action) {
		FailureAnalysis analysis = refused(runner);
		assertThat(analysis.getDescription()).isEqualTo(description);
		assertThat(analysis.getAction()).isEqualTo(action);
	}

	private static FailureAnalysis refused(ApplicationContextRunner runner) {
		FailureAnalysis[] result = new FailureAnalysis[1];
		runner.run((context) -> {
			assertThat(context).hasFailed();
			result[0] = new InvalidMigrationFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(result[0]).as(context.getStartupFailure().toString()).isNotNull();
		});
		return result[0];
	}

	interface Catalog {

		String find();

	}

	interface Later {

		Future<String> save();

	}

	interface Both {

		@MigrationRead
		@MigrationWrite
		String exchange();

	}

}
