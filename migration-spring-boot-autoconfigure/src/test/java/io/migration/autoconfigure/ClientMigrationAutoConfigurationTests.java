package io.migration.autoconfigure;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.migration.Migration;
import io.migration.MigrationKey;
import io.migration.MigrationPhase;
import io.migration.MigrationRead;
import io.migration.MigrationTemplate;
import io.migration.MigrationWrite;
import io.migration.ReactiveMigrationTemplate;
import io.migration.Side;
import io.migration.WriteNotMirroredException;
import io.migration.client.MigratedClient;
import io.migration.mirror.Comparisons.Result;
import io.migration.mirror.RoutedMigration;
import io.migration.phase.StepOutcome;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Two beans of one interface, and code that injects the interface and knows of nothing.
 */
@ExtendWith(OutputCaptureExtension.class)
class ClientMigrationAutoConfigurationTests {

	private static final AutoConfigurations AUTO_CONFIGURATIONS = AutoConfigurations.of(
			MigrationAutoConfiguration.class, UnleashMigrationAutoConfiguration.class,
			ClientMigrationAutoConfiguration.class);

	private final ApplicationContextRunner empty = new ApplicationContextRunner()
		.withConfiguration(AUTO_CONFIGURATIONS);

	private final ApplicationContextRunner runner = this.empty.withUserConfiguration(TwoCatalogs.class)
		.withPropertyValues("migration.client.catalog.interface=" + Catalog.class.getName(),
				"migration.client.catalog.source=sqlCatalog", "migration.client.catalog.target=dynamoCatalog",
				"migration.client.catalog.compare.sample-rate=0");

	private ApplicationContextRunner in(String phase) {
		return this.runner.withPropertyValues("migration.client.catalog.phase=" + phase);
	}

	@Test
	void sourceIsDecoratedInPlace(CapturedOutput output) {
		this.runner.run((context) -> {
			Catalog injected = context.getBean(Shop.class).catalog;
			assertThat(injected).isInstanceOf(MigratedClient.class)
				.isSameAs(context.getBean("sqlCatalog"))
				.asString()
				.isEqualTo("sql, migrating by migration 'catalog'");
			assertThat(AopUtils.getTargetClass(injected)).isEqualTo(StoredCatalog.class);
			assertThat(context.getBean("dynamoCatalog")).isNotInstanceOf(MigratedClient.class);
			assertThat(output).contains(
					"Migration 'catalog' (client): decorates the bean 'sqlCatalog'; target is the bean 'dynamoCatalog'");
		});
	}

	@Test
	void withoutTheMigrationTheInjectionWouldBeAmbiguous() {
		this.runner.withPropertyValues("migration.enabled=false")
			.run((context) -> assertThat(context).getFailure().hasMessageContaining("found 2"));
	}

	@Test
	void targetIsNoDefaultCandidateButIsFoundByItsName() {
		this.runner.withUserConfiguration(ByName.class).run((context) -> {
			assertThat(context.getBean(ByName.class).target).isSameAs(context.getBean("dynamoCatalog"));
			assertThat(context.getBeanProvider(Catalog.class).getObject()).isSameAs(context.getBean("sqlCatalog"));
		});
	}

	@Test
	void aTargetThatIsPrimaryIsNotInjectedEither() {
		this.empty.withUserConfiguration(PrimaryTarget.class)
			.withPropertyValues("migration.client.catalog.interface=" + Catalog.class.getName(),
					"migration.client.catalog.source=sqlCatalog", "migration.client.catalog.target=dynamoCatalog")
			.run((context) -> assertThat(context.getBean(Shop.class).catalog).isSameAs(context.getBean("sqlCatalog")));
	}

	@Test
	void targetIsNotCreatedBeforeItIsNeeded() {
		this.empty.withUserConfiguration(LazyTarget.class)
			.withPropertyValues("migration.client.catalog.interface=" + Catalog.class.getName(),
					"migration.client.catalog.source=sqlCatalog", "migration.client.catalog.target=dynamoCatalog",
					"migration.client.catalog.compare.sample-rate=1")
			.run((context) -> {
				context.getBean(Shop.class).catalog.find("1");
				context.getBean(Shop.class).catalog.save("1");
				assertThat(context.getBeanFactory().containsSingleton("dynamoCatalog")).isFalse();
				advance(context);
				context.getBean(Shop.class).catalog.find("1");
				Awaitility.await().until(() -> context.getBeanFactory().containsSingleton("dynamoCatalog"));
			});
	}

	@ParameterizedTest
	@EnumSource
	void methodsAreRoutedByTheirNames(MigrationPhase phase) {
		in(phase.wireName()).run((context) -> {
			Catalog catalog = context.getBean(Shop.class).catalog;
			boolean readsTarget = phase == MigrationPhase.READ_NEW || phase == MigrationPhase.CUTOVER;
			boolean both = phase == MigrationPhase.DUAL_WRITE || phase == MigrationPhase.READ_NEW;
			String writer = (phase == MigrationPhase.CUTOVER) ? "dynamo" : "sql";
			assertThat(catalog.find("1")).isEqualTo(readsTarget ? "dynamo" : "sql");
			assertThat(catalog.save("1")).isEqualTo(writer);
			assertThat(catalog.saveLater("1").toCompletableFuture().join()).isEqualTo(writer);
			assertThat(catalog.saveSoon("1").block()).isEqualTo(writer);
			assertThat(catalog.saveAll("1").collectList().block()).containsExactly(writer);
			assertThat(catalog.findLater("1").join()).isEqualTo(readsTarget ? "dynamo" : "sql");
			assertThat(catalog.findSoon("1").block()).isEqualTo(readsTarget ? "dynamo" : "sql");
			assertThat(catalog.findAll().collectList().block()).containsExactly(readsTarget ? "dynamo" : "sql");
			assertThat(calls(context)).isEqualTo(Stream.of(readsTarget ? "dynamo.find" : "sql.find", writer + ".save",
					both ? "dynamo.save" : "", writer + ".saveLater", both ? "dynamo.saveLater" : "",
					writer + ".saveSoon", both ? "dynamo.saveSoon" : "", writer + ".saveAll",
					both ? "dynamo.saveAll" : "", readsTarget ? "dynamo.findLater" : "sql.findLater",
					readsTarget ? "dynamo.findSoon" : "sql.findSoon", readsTarget ? "dynamo.findAll" : "sql.findAll")
				.filter((call) -> !call.isEmpty())
				.toList());
		});
	}

	@Test
	void annotationsTakePrecedenceOverNames() {
		in("dual-write").run((context) -> {
			Catalog catalog = context.getBean(Shop.class).catalog;
			catalog.lookUp("1");
			catalog.getAndIncrement();
			catalog.peek();
			assertThat(calls(context)).containsExactly("sql.lookUp", "sql.getAndIncrement", "dynamo.getAndIncrement",
					"sql.peek");
		});
	}

	@Test
	void patternsReplaceTheDefault() {
		in("dual-write").withPropertyValues("migration.client.catalog.reads=save*").run((context) -> {
			Catalog catalog = context.getBean(Shop.class).catalog;
			catalog.save("1");
			catalog.find("1");
			assertThat(calls(context)).containsExactly("sql.save", "sql.find", "dynamo.find");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "find", "get", "read", "list", "count", "exists", "is", "has", "search", "query", "load",
			"fetch", "stream" })
	void namesThatReadAreTheUsualOnes(String name) {
		assertThat(new ClientMigrationProperties().getReads()).contains(name + "*");
	}

	@Test
	void theKeyIsTheAnnotatedArgument() {
		in("read-new").withPropertyValues("migration.client.catalog.read-share=50").run((context) -> {
			Catalog catalog = context.getBean(Shop.class).catalog;
			for (int i = 0; i < 100; i++) {
				String id = "id-" + i;
				assertThat(List.of(catalog.find(id), catalog.find(id), catalog.find(id)))
					.containsOnly(catalog.find(id));
			}
			assertThat(calls(context)).contains("sql.find", "dynamo.find");
		});
	}

	@Test
	void oneSideAloneIsWrittenToWhenWritesAreRouted() {
		in("read-new").withPropertyValues("migration.client.catalog.writes=route").run((context) -> {
			context.getBean(Shop.class).catalog.save("1");
			assertThat(calls(context)).containsExactly("dynamo.save");
		});
	}

	@Test
	void exceptionsAreThoseOfTheBeans() {
		for (String phase : List.of("off", "shadow", "dual-write")) {
			in(phase).run((context) -> assertThatExceptionOfType(CatalogException.class)
				.isThrownBy(() -> context.getBean(Shop.class).catalog.fail("sql"))
				.withMessage("sql"));
		}
		in("cutover").run((context) -> assertThatExceptionOfType(CatalogException.class)
			.isThrownBy(() -> context.getBean(Shop.class).catalog.fail("dynamo"))
			.withMessage("dynamo"));
	}

	@Test
	void aSecondWriteThatFailsIsRaisedIfConfigured() {
		in("dual-write").run((context) -> context.getBean(Shop.class).catalog.fail("dynamo"));
		in("dual-write").withPropertyValues("migration.client.catalog.on-failure=raise")
			.run((context) -> assertThatExceptionOfType(WriteNotMirroredException.class)
				.isThrownBy(() -> context.getBean(Shop.class).catalog.fail("dynamo"))
				.withCauseInstanceOf(CatalogException.class));
	}

	@Test
	void methodsOfObjectAreTheSourceBeans() {
		in("cutover").run((context) -> {
			Catalog catalog = context.getBean(Shop.class).catalog;
			assertThat(catalog).isEqualTo(catalog).hasSameHashCodeAs("sql").asString().startsWith("sql, migrating");
			assertThat(catalog.equals(new StoredCatalog("sql", new Calls()))).isTrue();
			assertThat(catalog.equals(context.getBean("dynamoCatalog"))).isFalse();
			assertThat(calls(context)).isEmpty();
		});
	}

	/** In cutover nothing is left to source, what the interface implements included. */
	@Test
	void defaultMethodsAreRoutedAsOthersAre() {
		in("shadow").run((context) -> {
			assertThat(context.getBean(Shop.class).catalog.findOptional("1")).contains("sql");
			assertThat(calls(context)).containsExactly("sql.find");
		});
		in("cutover").run((context) -> {
			assertThat(context.getBean(Shop.class).catalog.findOptional("1")).contains("dynamo");
			assertThat(calls(context)).containsExactly("dynamo.find");
		});
	}

	@Test
	void otherInterfacesStayTheSourceBeans() {
		in("cutover").run((context) -> {
			assertThat(((Named) context.getBean(Shop.class).catalog).nickname()).isEqualTo("sql");
			// also a method of the migration's interface
			assertThat(((Named) context.getBean(Shop.class).catalog).getRegion()).isEqualTo("dynamo");
		});
	}

	@Test
	void whatAFactoryMakesIsDecoratedAndTheFactoryIsNot() {
		this.empty.withUserConfiguration(OfFactory.class)
			.withPropertyValues("migration.client.catalog.interface=" + Catalog.class.getName(),
					"migration.client.catalog.source=sqlCatalog", "migration.client.catalog.target=dynamoCatalog",
					"migration.client.catalog.phase=cutover")
			.run((context) -> {
				assertThat(context.getBean(Shop.class).catalog.find("1")).isEqualTo("dynamo");
				assertThat(context.getBean("&sqlCatalog")).isInstanceOf(CatalogFactory.class);
			});
	}

	@Test
	void anAliasIsAsGood() {
		this.empty.withUserConfiguration(Aliased.class)
			.withPropertyValues("migration.client.catalog.interface=" + Catalog.class.getName(),
					"migration.client.catalog.source=oldCatalog", "migration.client.catalog.target=newCatalog")
			.run((context) -> assertThat(context.getBean(Shop.class).catalog).isInstanceOf(MigratedClient.class));
	}

	@Test
	void aComparatorSaysWhatIsEqual() {
		this.runner.withBean("lenient", Comparator.class, () -> Comparator.comparing((Object any) -> 0))
			.withPropertyValues("migration.client.catalog.phase=shadow",
					"migration.client.catalog.compare.sample-rate=1", "migration.client.catalog.comparator=lenient")
			.run((context) -> {
				context.getBean(Shop.class).catalog.find("1");
				RoutedMigration migration = context.getBean(RoutedMigration.class);
				Awaitility.await().until(() -> migration.comparisons().total(Result.MATCH) == 1);
			});
	}

	@Test
	void aMismatchNamesTheMethodAndTheKey() {
		in("shadow").withPropertyValues("migration.client.catalog.compare.sample-rate=1").run((context) -> {
			context.getBean(Shop.class).catalog.find("4711");
			RoutedMigration migration = context.getBean(RoutedMigration.class);
			Awaitility.await().until(() -> migration.comparisons().total(Result.MISMATCH) == 1);
			assertThat(migration.comparisons().divergences()).singleElement().satisfies((divergence) -> {
				assertThat(divergence.key()).isEqualTo("4711");
				assertThat(divergence.difference()).endsWith("Catalog.find: the sides answer differently");
			});
			assertThat(calls(context)).containsExactly("sql.find", "dynamo.find", "sql.find");
		});
	}

	@Test
	void whoIsCalledFollowsThePhase() {
		this.runner.run((context) -> {
			Catalog catalog = context.getBean(Shop.class).catalog;
			for (String writes : List.of("sql.save", "sql.save", "sql.save, dynamo.save", "sql.save, dynamo.save",
					"dynamo.save")) {
				calls(context).clear();
				catalog.save("1");
				assertThat(String.join(", ", calls(context))).isEqualTo(writes);
				if (!writes.equals("dynamo.save")) {
					advance(context);
				}
			}
			assertThat(context.getBean("catalogMigration", Migration.class).phase()).isEqualTo(MigrationPhase.CUTOVER);
		});
	}

	@Test
	void withoutAnInterfaceThereIsATemplateAlone() {
		this.empty.withPropertyValues("migration.client.prices.phase=dual-write").run((context) -> {
			assertThat(context).hasSingleBean(MigrationTemplate.class)
				.hasBean("pricesMigrationTemplate")
				.hasBean("pricesReactiveMigrationTemplate")
				.hasBean("pricesMigration");
			List<Side> calls = new CopyOnWriteArrayList<>();
			context.getBean(MigrationTemplate.class).write(() -> calls.add(Side.SOURCE), () -> calls.add(Side.TARGET));
			assertThat(calls).containsExactly(Side.SOURCE, Side.TARGET);
			assertThat(context.getBean(ReactiveMigrationTemplate.class)
				.read(null, () -> Mono.just("a"), () -> Mono.just("b"))
				.block()).isEqualTo("a");
		});
	}

	@Test
	void withoutReactorThereIsNoReactiveTemplate() {
		this.empty.withClassLoader(new FilteredClassLoader("reactor"))
			.withPropertyValues("migration.client.prices.phase=off")
			.run((context) -> assertThat(context).hasBean("pricesMigrationTemplate")
				.doesNotHaveBean("pricesReactiveMigrationTemplate"));
	}

	@Test
	void templatesAndProxiesOfOneMigrationFollowOnePhase() {
		in("off").run((context) -> {
			MigrationTemplate template = context.getBean("catalogMigrationTemplate", MigrationTemplate.class);
			for (int steps = 0; steps < 4; steps++) {
				advance(context);
			}
			assertThat(template.read(() -> "sql", () -> "dynamo")).isEqualTo("dynamo");
			assertThat(context.getBean(Shop.class).catalog.find("1")).isEqualTo("dynamo");
		});
	}

	@Test
	void withoutAMigrationNothingIsThere() {
		this.empty.run((context) -> assertThat(context).doesNotHaveBean(ClientBeans.class)
			.doesNotHaveBean(MigrationTemplate.class));
	}

	@Test
	void anInterfaceThatIsNotPublicWillDo() {
		this.empty.withUserConfiguration(Hidden.class)
			.withPropertyValues("migration.client.hidden.interface=" + HiddenCatalog.class.getName(),
					"migration.client.hidden.source=one", "migration.client.hidden.target=other",
					"migration.client.hidden.phase=cutover")
			.run((context) -> assertThat(context.getBean(HiddenCatalog.class).find()).isEqualTo("other"));
	}

	private static void advance(AssertableApplicationContext context) {
		assertThat(context.getBean(RoutedMigration.class).control().advance("test", null, true))
			.isEqualTo(new StepOutcome.Done());
	}

	private static List<String> calls(AssertableApplicationContext context) {
		return context.getBean(Calls.class);
	}

	public interface Named {

		String nickname();

		String getRegion();

	}

	public interface Catalog {

		String find(@MigrationKey String id);

		default Optional<String> findOptional(String id) {
			return Optional.of(find(id));
		}

		CompletableFuture<String> findLater(String id);

		Mono<String> findSoon(String id);

		Flux<String> findAll();

		String save(String id);

		CompletionStage<String> saveLater(String id);

		Mono<String> saveSoon(String id);

		Flux<String> saveAll(String id);

		@MigrationRead
		String lookUp(String id);

		@MigrationWrite
		String getAndIncrement();

		/** Annotated where it is implemented. */
		String peek();

		void fail(String which) throws CatalogException;

		String getRegion();

		@Override
		String toString();

	}

	public static final class CatalogException extends Exception {

		CatalogException(String message) {
			super(message);
		}

	}

	/** Who was called, in order. */
	static final class Calls extends CopyOnWriteArrayList<String> {

	}

	static class StoredCatalog implements Named, Catalog {

		private final String name;

		private final List<String> calls;

		StoredCatalog(String name, Calls calls) {
			this.name = name;
			this.calls = calls;
		}

		private String called(String method) {
			this.calls.add(this.name + "." + method);
			return this.name;
		}

		@Override
		public String find(String id) {
			return called("find");
		}

		@Override
		public CompletableFuture<String> findLater(String id) {
			return CompletableFuture.completedFuture(called("findLater"));
		}

		@Override
		public Mono<String> findSoon(String id) {
			return Mono.fromSupplier(() -> called("findSoon"));
		}

		@Override
		public Flux<String> findAll() {
			return Flux.defer(() -> Flux.just(called("findAll")));
		}

		@Override
		public String save(String id) {
			return called("save");
		}

		@Override
		public CompletionStage<String> saveLater(String id) {
			return CompletableFuture.completedFuture(called("saveLater"));
		}

		@Override
		public Mono<String> saveSoon(String id) {
			return Mono.fromSupplier(() -> called("saveSoon"));
		}

		@Override
		public Flux<String> saveAll(String id) {
			return Flux.defer(() -> Flux.just(called("saveAll")));
		}

		@Override
		public String lookUp(String id) {
			return called("lookUp");
		}

		@Override
		public String getAndIncrement() {
			return called("getAndIncrement");
		}

		@Override
		@MigrationRead
		public String peek() {
			return called("peek");
		}

		@Override
		public void fail(String which) throws CatalogException {
			if (which.equals(this.name)) {
				throw new CatalogException(this.name);
			}
		}

		@Override
		public String nickname() {
			return this.name;
		}

		@Override
		public String getRegion() {
			return this.name;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof StoredCatalog catalog && catalog.name.equals(this.name);
		}

		@Override
		public int hashCode() {
			return this.name.hashCode();
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

	static final class Shop {

		private final Catalog catalog;

		Shop(Catalog catalog) {
			this.catalog = catalog;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoCatalogs {

		@Bean
		Calls calls() {
			return new Calls();
		}

		@Bean
		StoredCatalog sqlCatalog(Calls calls) {
			return new StoredCatalog("sql", calls);
		}

		@Bean
		Catalog dynamoCatalog(Calls calls) {
			return new StoredCatalog("dynamo", calls);
		}

		@Bean
		Shop shop(Catalog catalog) {
			return new Shop(catalog);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryTarget {

		@Bean
		Catalog sqlCatalog() {
			return new StoredCatalog("sql", new Calls());
		}

		@Bean
		@Primary
		Catalog dynamoCatalog() {
			return new StoredCatalog("dynamo", new Calls());
		}

		@Bean
		Shop shop(Catalog catalog) {
			return new Shop(catalog);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyTarget {

		@Bean
		Catalog sqlCatalog() {
			return new StoredCatalog("sql", new Calls());
		}

		@Bean
		@Lazy
		Catalog dynamoCatalog() {
			return new StoredCatalog("dynamo", new Calls());
		}

		@Bean
		Shop shop(Catalog catalog) {
			return new Shop(catalog);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ByName {

		private final Catalog target;

		ByName(@Qualifier("dynamoCatalog") Catalog target) {
			this.target = target;
		}

	}

	static final class CatalogFactory implements FactoryBean<Catalog> {

		@Override
		public Catalog getObject() {
			return new StoredCatalog("sql", new Calls());
		}

		@Override
		public Class<?> getObjectType() {
			return Catalog.class;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OfFactory {

		@Bean
		CatalogFactory sqlCatalog() {
			return new CatalogFactory();
		}

		@Bean
		Catalog dynamoCatalog() {
			return new StoredCatalog("dynamo", new Calls());
		}

		@Bean
		Shop shop(Catalog catalog) {
			return new Shop(catalog);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Aliased {

		@Bean({ "sqlCatalog", "oldCatalog" })
		Catalog sqlCatalog() {
			return new StoredCatalog("sql", new Calls());
		}

		@Bean({ "dynamoCatalog", "newCatalog" })
		Catalog dynamoCatalog() {
			return new StoredCatalog("dynamo", new Calls());
		}

		@Bean
		Shop shop(Catalog catalog) {
			return new Shop(catalog);
		}

	}

	interface HiddenCatalog {

		String find();

	}

	@Configuration(proxyBeanMethods = false)
	static class Hidden {

		@Bean
		HiddenCatalog one() {
			return () -> "one";
		}

		@Bean
		HiddenCatalog other() {
			return () -> "other";
		}

	}

}
