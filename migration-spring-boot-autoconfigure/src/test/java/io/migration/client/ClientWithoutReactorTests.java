package io.migration.client;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

import io.migration.MigrationPhase;
import io.migration.Side;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * An application that has no Reactor: classes are loaded anew from a class path without
 * it, and looked at as Spring looks at beans.
 */
class ClientWithoutReactorTests {

	@Test
	@SuppressWarnings("unchecked")
	void templatesAndProxiesWork() throws Exception {
		try (URLClassLoader loader = withoutReactor()) {
			assertThatExceptionOfType(ClassNotFoundException.class)
				.isThrownBy(() -> loader.loadClass("reactor.core.publisher.Mono"));
			for (Class<?> type : List.of(ClientMigration.class, ClientTemplate.class, MigratingClient.class)) {
				assertThat(loader.loadClass(type.getName()).getDeclaredMethods()).isNotEmpty();
			}
			Class<?> application = loader.loadClass(Application.class.getName());
			assertThat(((Callable<List<String>>) application.getDeclaredConstructor().newInstance()).call())
				.containsExactly("source", "target");
		}
	}

	private static URLClassLoader withoutReactor() {
		URL[] classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !Path.of(entry).getFileName().toString().startsWith("reactor-core"))
			.map(ClientWithoutReactorTests::url)
			.toArray(URL[]::new);
		return new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader());
	}

	private static URL url(String entry) {
		try {
			return Path.of(entry).toUri().toURL();
		}
		catch (MalformedURLException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	/** What an application does, in the other class loader. */
	public static final class Application implements Callable<List<String>> {

		@Override
		public List<String> call() {
			return List.of(read(MigrationPhase.OFF), read(MigrationPhase.CUTOVER));
		}

		private static String read(MigrationPhase phase) {
			try (ClientScenario scenario = new ClientScenario(phase, ClientScenario.options())) {
				ClientContract contract = new ClientContract(Answering.class, List.of("find*"), null);
				Answering source = () -> Side.SOURCE;
				Answering target = () -> Side.TARGET;
				assertThat(ClientMigration.problem(contract, source)).isNull();
				Answering decorated = (Answering) scenario.migration().decorate(contract, source, () -> target);
				Side answer = scenario.template().read(() -> Side.SOURCE, () -> Side.TARGET);
				assertThat(decorated.find()).isEqualTo(answer);
				return answer.wireName();
			}
		}

	}

	/** The interface of both beans. */
	public interface Answering {

		Side find();

	}

}
