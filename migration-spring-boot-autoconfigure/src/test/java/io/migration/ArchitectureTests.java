package io.migration;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.conditions.ArchConditions;
import com.tngtech.archunit.library.Architectures;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rules that no compiler keeps.
 */
class ArchitectureTests {

	private static final String ROOT = "io.migration";

	/** Each package, and what it may know. */
	private static final Map<String, Set<String>> LAYERS = layers();

	/** Without those of the tests, which lie elsewhere. */
	private static final JavaClasses classes = new ClassFileImporter()
		.importUrl(MigrationPhase.class.getProtectionDomain().getCodeSource().getLocation());

	private static Map<String, Set<String>> layers() {
		Map<String, Set<String>> layers = new LinkedHashMap<>();
		layers.put(ROOT, Set.of());
		layers.put("phase", Set.of(ROOT));
		layers.put("unleash", Set.of(ROOT, "phase"));
		layers.put("mirror", Set.of(ROOT, "phase"));
		layers.put("job", Set.of(ROOT, "phase", "mirror"));
		for (String kind : List.of("jdbc", "redis", "http", "grpc", "client", "cdc")) {
			layers.put(kind, Set.of(ROOT, "phase", "mirror", "job"));
		}
		layers.put("actuate", Set.of(ROOT, "phase", "mirror", "job"));
		return layers;
	}

	@Test
	void dependenciesPointOneWay() {
		Architectures.LayeredArchitecture architecture = Architectures.layeredArchitecture()
			.consideringOnlyDependenciesInLayers()
			.withOptionalLayers(true)
			.layer("autoconfigure")
			.definedBy(ROOT + ".autoconfigure..");
		for (String layer : LAYERS.keySet()) {
			architecture = architecture.layer(layer).definedBy(layer.equals(ROOT) ? ROOT : ROOT + "." + layer + "..");
		}
		for (Map.Entry<String, Set<String>> layer : LAYERS.entrySet()) {
			architecture = layer.getValue().isEmpty() ? architecture.whereLayer(layer.getKey()).mayNotAccessAnyLayer()
					: architecture.whereLayer(layer.getKey())
						.mayOnlyAccessLayers(layer.getValue().toArray(String[]::new));
		}
		architecture.ensureAllClassesAreContainedInArchitecture().check(classes);
	}

	@Test
	void packagesHaveNoCycle() {
		slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(classes);
	}

	@Test
	void onlyOnePackageKnowsUnleash() {
		noClasses().that()
			.resideOutsideOfPackages(ROOT + ".unleash..", ROOT + ".autoconfigure..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.getunleash..")
			.check(classes);
		noClasses().that()
			.resideInAPackage(ROOT + ".autoconfigure..")
			.should()
			.dependOnClassesThat(resideInAnyPackage("io.getunleash..")
				.and(describe("are more than the bean", (type) -> !type.getName().equals("io.getunleash.Unleash"))))
			.check(classes);
	}

	@Test
	void onlyOnePackageKnowsConditionsAndProperties() {
		noClasses().that()
			.resideOutsideOfPackage(ROOT + ".autoconfigure..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework.boot..autoconfigure..",
					"org.springframework.boot.context.properties..", "org.springframework.context.annotation..",
					"org.springframework.core.env..")
			.check(classes);
	}

	@Test
	void whatAllKindsShareKnowsNoStoreAndNoServer() {
		noClasses().that()
			.resideInAnyPackage(ROOT, ROOT + ".phase..", ROOT + ".mirror..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.lettuce..", "org.springframework.data..", "java.sql..", "javax.sql..",
					"org.springframework.jdbc..", "org.springframework.boot..", "org.springframework.http..",
					"org.springframework.web..", "io.grpc..")
			.check(classes);
	}

	@Test
	void everyPackageIsNullMarked() {
		List<String> unmarked = classes.stream()
			.map(JavaClass::getPackage)
			.distinct()
			.filter((type) -> !type.isAnnotatedWith(NullMarked.class))
			.map(JavaPackage::getName)
			.toList();
		assertThat(unmarked).isEmpty();
		assertThat(classes.getPackage(ROOT).getSubpackages()).hasSizeGreaterThan(5);
	}

	@Test
	void autoConfigurationsArePublicAndFinalAndTheirBeansAreNot() {
		classes().that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.bePublic()
			.andShould()
			.haveModifier(JavaModifier.FINAL)
			.andShould()
			.haveSimpleNameEndingWith("AutoConfiguration")
			.andShould()
			.resideInAPackage(ROOT + ".autoconfigure")
			.check(classes);
		classes().that()
			.areAnnotatedWith(Configuration.class)
			.and()
			.areNotAnnotatedWith(AutoConfiguration.class)
			.should()
			.bePackagePrivate()
			.check(classes);
		methods().that().areAnnotatedWith(Bean.class).should().bePackagePrivate().check(classes);
	}

	@Test
	void postProcessorsAreMadeByStaticMethods() {
		methods().that()
			.areAnnotatedWith(Bean.class)
			.and()
			.haveRawReturnType(assignableTo(BeanPostProcessor.class).or(assignableTo(BeanFactoryPostProcessor.class)))
			.should()
			.beStatic()
			.check(classes);
	}

	@Test
	void propertiesAreNamedAfterWhatTheyAre() {
		classes().that()
			.areAnnotatedWith(ConfigurationProperties.class)
			.should()
			.haveSimpleNameEndingWith("Properties")
			.check(classes);
	}

	@Test
	void exceptionsThatUsersMeetAreMigrationExceptions() {
		Set<String> others = Set.of(
				// stops the start of an application, which has no migrations then
				"io.migration.autoconfigure.InvalidMigrationException",
				// between a flag service and the control of phases, which turns it into a
				// refusal
				"io.migration.phase.PhaseFlags$FlagConflictException",
				// between a relay and its copier
				"io.migration.mirror.NotInChargeException",
				// between a relay and those who wait for it, who turn it into one of ours
				"io.migration.mirror.Relay$RelayException",
				// between a comparison and who counts its result
				"io.migration.mirror.RoutedMigration$NothingToCompareException",
				// JDBC knows no other; its cause is one of ours
				"io.migration.jdbc.WriteNotMirroredSQLException");
		ArchRule rule = classes().that()
			.areAssignableTo(Throwable.class)
			.and()
			.arePublic()
			.and(describe("are not listed", (type) -> !others.contains(type.getName())))
			.should()
			.beAssignableTo(MigrationException.class);
		rule.check(classes);
		assertThat(others).allMatch(classes::contain);
	}

	@ParameterizedTest
	@MethodSource("rulesOfCode")
	void noClassBreaksARuleOfCode(ArchRule rule, Class<?> planted) {
		rule.check(classes);
	}

	/**
	 * A rule that finds nothing may look for the wrong thing.
	 */
	@ParameterizedTest
	@MethodSource("rulesOfCode")
	void everyRuleOfCodeFindsWhatIsPlanted(ArchRule rule, Class<?> planted) {
		assertThat(rule.evaluate(new ClassFileImporter().importClasses(planted)).hasViolation()).isTrue();
	}

	static Stream<Arguments> rulesOfCode() {
		return Stream
			.of(Arguments.of(noClasses().should()
				.haveNameMatching(".*(Manager|Helper|Utils?|Impl)(\\$.*)?")
				.as("names should say what a class is"), PlantedHelper.class),
					Arguments.of(noClassShould("make an unbounded queue", ArchitectureTests::makesUnboundedQueue),
							PlantedQueue.class),
					Arguments.of(
							noClassShould("make an unbounded queue", ArchitectureTests::makesUnboundedQueue),
							PlantedQueueOfReference.class),
					Arguments.of(noClassShould("make an executor without saying its bounds",
							(target) -> target.getOwner().isEquivalentTo(Executors.class)
									&& target.getName().startsWith("new")),
							PlantedExecutor.class),
					Arguments.of(
							noClassShould("run on the common pool",
									(target) -> target.getOwner().isEquivalentTo(CompletableFuture.class)
											&& target.getName().endsWith("Async") && !takes(target, Executor.class)),
							PlantedAsync.class),
					Arguments.of(NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS, PlantedPrint.class),
					Arguments.of(noClassShould("sleep", (target) -> target.getOwner().isEquivalentTo(Thread.class)
							&& target.getName().equals("sleep")), PlantedSleep.class));
	}

	private static ArchRule noClassShould(String description, Predicate<CodeUnitAccessTarget> what) {
		return noClasses()
			.should(ArchConditions.accessTargetWhere(describe(description,
					(access) -> access.getTarget() instanceof CodeUnitAccessTarget target && what.test(target))))
			.as("no class should " + description);
	}

	private static boolean makesUnboundedQueue(CodeUnitAccessTarget target) {
		JavaClass queue = target.getOwner();
		if (!target.getName().equals(JavaConstructor.CONSTRUCTOR_NAME)) {
			return false;
		}
		if (queue.isEquivalentTo(LinkedBlockingQueue.class) || queue.isEquivalentTo(LinkedBlockingDeque.class)) {
			return !takes(target, int.class);
		}
		return Stream
			.of(PriorityBlockingQueue.class, DelayQueue.class, LinkedTransferQueue.class, ConcurrentLinkedQueue.class,
					ConcurrentLinkedDeque.class)
			.anyMatch(queue::isEquivalentTo);
	}

	private static boolean takes(CodeUnitAccessTarget target, Class<?> parameter) {
		return target.getRawParameterTypes().stream().anyMatch((type) -> type.isEquivalentTo(parameter));
	}

	static class PlantedHelper {

	}

	static class PlantedQueue {

		Object planted() {
			return new LinkedBlockingQueue<>();
		}

	}

	static class PlantedQueueOfReference {

		Supplier<Object> planted() {
			return LinkedBlockingDeque::new;
		}

	}

	static class PlantedExecutor {

		Object planted() {
			return Executors.newCachedThreadPool();
		}

	}

	static class PlantedAsync {

		Object planted() {
			return CompletableFuture.supplyAsync(() -> "");
		}

	}

	static class PlantedPrint {

		void planted() {
			System.out.println();
		}

	}

	static class PlantedSleep {

		void planted() throws InterruptedException {
			Thread.sleep(1);
		}

	}

}
