package io.migration.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.io.Resource;
import org.springframework.core.io.UrlResource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.core.type.classreading.CachingMetadataReaderFactory;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.core.type.filter.AssignableTypeFilter;
import org.springframework.core.type.filter.TypeFilter;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Boot finds by the files under {@code META-INF}: a class that no file names does
 * nothing, and nobody notices.
 */
class AutoConfigurationImportsTests {

	static Stream<Class<?>> autoConfigurations() {
		return scan(new AnnotationTypeFilter(AutoConfiguration.class))
			.map((name) -> ClassUtils.resolveClassName(name, null));
	}

	@Test
	void everyAutoConfigurationIsListed() {
		assertThat(lines("META-INF/spring/" + AutoConfiguration.class.getName() + ".imports")).isSorted()
			.doesNotHaveDuplicates()
			.containsExactlyInAnyOrderElementsOf(autoConfigurations().map(Class::getName).toList())
			.hasSizeGreaterThan(1);
	}

	@Test
	void everyFailureAnalyzerIsListed() throws IOException {
		String analyzers = PropertiesLoaderUtils.loadProperties(new UrlResource(ours("META-INF/spring.factories")))
			.getProperty(FailureAnalyzer.class.getName());
		assertThat(StringUtils.commaDelimitedListToSet(analyzers))
			.containsExactlyInAnyOrderElementsOf(scan(new AssignableTypeFilter(FailureAnalyzer.class)).toList())
			.isNotEmpty();
	}

	@ParameterizedTest
	@MethodSource("autoConfigurations")
	void everyAutoConfigurationCanBeSwitchedOff(Class<?> autoConfiguration) {
		ConditionalOnBooleanProperty condition = AnnotatedElementUtils.findMergedAnnotation(autoConfiguration,
				ConditionalOnBooleanProperty.class);
		assertThat(condition).isNotNull();
		assertThat(condition.name()).containsExactly("migration.enabled");
		assertThat(condition.matchIfMissing()).isTrue();
	}

	/**
	 * They are named, because their modules may be missing; a name that is wrong orders
	 * nothing.
	 */
	@ParameterizedTest
	@MethodSource("autoConfigurations")
	void whatAnAutoConfigurationIsOrderedByExists(Class<?> autoConfiguration) {
		AutoConfiguration annotation = autoConfiguration.getAnnotation(AutoConfiguration.class);
		assertThat(Stream.of(annotation.beforeName(), annotation.afterName()).flatMap(Stream::of))
			.allMatch((name) -> ClassUtils.isPresent(name, null));
	}

	private static Stream<String> scan(TypeFilter filter) {
		MetadataReaderFactory readers = new CachingMetadataReaderFactory();
		List<String> names = new ArrayList<>();
		try {
			for (Resource file : new PathMatchingResourcePatternResolver().getResources(
					"classpath*:" + ClassUtils.classPackageAsResourcePath(MigrationProperties.class) + "/*.class")) {
				MetadataReader reader = readers.getMetadataReader(file);
				String name = reader.getClassMetadata().getClassName();
				if (filter.match(reader, readers) && !name.contains("Tests")) {
					names.add(name);
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return names.stream();
	}

	private static List<String> lines(String resource) {
		try (Stream<String> lines = new String(ours(resource).openStream().readAllBytes(), StandardCharsets.UTF_8)
			.lines()) {
			return lines.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return the resource that lies beside the classes.
	 */
	private static URL ours(String resource) throws IOException {
		String classes = AutoConfigurationImportsTests.class.getClassLoader()
			.getResource(ClassUtils.convertClassNameToResourcePath(MigrationProperties.class.getName()) + ".class")
			.toString()
			.replaceFirst("io/migration/.*", "");
		return Collections.list(AutoConfigurationImportsTests.class.getClassLoader().getResources(resource))
			.stream()
			.filter((url) -> url.toString().startsWith(classes))
			.findFirst()
			.orElseThrow();
	}

}
