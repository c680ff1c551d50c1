package io.migration.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A page of the documentation that a test writes, and that must not differ from what it
 * would write.
 *
 * @param name the name of the file
 */
record GeneratedPage(String name) {

	private static final String REWRITE = "docs.rewrite";

	void isUpToDate(String content) {
		Path page = Path.of("..", "docs", this.name);
		try {
			if (Boolean.getBoolean(REWRITE)) {
				Files.writeString(page, content);
			}
			List<String> present = Files.exists(page) ? Files.readAllLines(page) : List.of();
			List<String> missing = content.lines().filter((line) -> !present.contains(line)).toList();
			assertThat(String.join("\n", present).equals(content.strip()))
				.as("docs/%s is up to date; it lacks %s; run this test with -D%s=true to write it anew", this.name,
						missing, REWRITE)
				.isTrue();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
