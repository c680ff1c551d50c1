package io.migration.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what {@code README.md} says besides its walk.
 */
class ReadmeTests {

	private static final Path README = Path.of("../README.md");

	private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)");

	@Test
	void everyLinkLeadsToAFile() throws IOException {
		List<Path> files = LINK.matcher(Files.readString(README))
			.results()
			.map((link) -> README.resolveSibling(link.group(1)))
			.toList();
		assertThat(files).isNotEmpty().allSatisfy((file) -> assertThat(file).exists());
	}

}
