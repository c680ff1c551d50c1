package io.migration.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A call of curl as it stands in a document, run without curl: the build promises to need
 * a JDK and nothing else. Knows the few options that are used there, and a loop around
 * the call that waits until it succeeds; fails on anything else.
 *
 * @param method the method
 * @param uri the address
 * @param headers the headers
 * @param body the body, empty for none
 * @param showsStatus whether the status is part of the output
 * @param failsOnError whether a status from 400 on is a failure
 * @param pause the pause of the loop, zero if there is none
 */
record CurlCommand(String method, URI uri, Map<String, String> headers, String body, boolean showsStatus,
		boolean failsOnError, Duration pause) {

	private static final Pattern LOOP = Pattern.compile("until (.+); do sleep (\\d+); done");

	private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

	static CurlCommand parse(String line) {
		Matcher loop = LOOP.matcher(line);
		boolean loops = loop.matches();
		Duration pause = loops ? Duration.ofSeconds(Long.parseLong(loop.group(2))) : Duration.ZERO;
		Iterator<String> words = words(loops ? loop.group(1) : line).iterator();
		if (!words.next().equals("curl")) {
			throw new IllegalArgumentException("not a call of curl: " + line);
		}
		String method = null;
		String uri = null;
		String body = "";
		Map<String, String> headers = new LinkedHashMap<>(Map.of("Accept", "*/*"));
		boolean showsStatus = false;
		boolean failsOnError = false;
		while (words.hasNext()) {
			String word = words.next();
			switch (word) {
				case "-s" -> {
				}
				case "-sf" -> failsOnError = true;
				case "-i" -> showsStatus = true;
				case "-X" -> method = words.next();
				case "-H" -> {
					String[] header = words.next().split(": ", 2);
					headers.put(header[0], header[1]);
				}
				case "-d" -> body = words.next();
				default -> {
					if (word.startsWith("-") || uri != null) {
						throw new IllegalArgumentException("'%s' is not understood in: %s".formatted(word, line));
					}
					uri = word;
				}
			}
		}
		if (uri == null || loops != failsOnError) {
			throw new IllegalArgumentException("no address, or a loop that cannot end: " + line);
		}
		if (!body.isEmpty()) {
			headers.putIfAbsent("Content-Type", "application/x-www-form-urlencoded");
		}
		return new CurlCommand((method != null) ? method : body.isEmpty() ? "GET" : "POST", URI.create("http://" + uri),
				headers, body, showsStatus, failsOnError, pause);
	}

	private static List<String> words(String line) {
		List<String> words = new ArrayList<>();
		for (MatchResult word : WORD.matcher(line).results().toList()) {
			words.add((word.group(1) != null) ? word.group(1) : word.group(2));
		}
		return words;
	}

	/**
	 * Runs the call until it succeeds if it stands in a loop, else once.
	 * @param port the port to use in place of the one in the address
	 * @param patience how long a loop may take
	 * @return what curl would print
	 */
	String run(int port, Duration patience) {
		long deadline = System.nanoTime() + patience.toNanos();
		try {
			HttpResponse<String> response = send(port);
			while (this.failsOnError && response.statusCode() >= 400) {
				if (System.nanoTime() - deadline > 0) {
					throw new AssertionError("still %d: %s".formatted(response.statusCode(), response.body()));
				}
				Thread.sleep(this.pause.toMillis());
				response = send(port);
			}
			if (!this.showsStatus && response.statusCode() >= 300) {
				throw new AssertionError("%d: %s".formatted(response.statusCode(), response.body()));
			}
			return this.showsStatus ? "HTTP/1.1 %d\n\n%s".formatted(response.statusCode(), response.body())
					: response.body();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private HttpResponse<String> send(int port) throws IOException, InterruptedException {
		URI address = URI.create(this.uri.toString().replace(":" + this.uri.getPort(), ":" + port));
		HttpRequest.Builder request = HttpRequest.newBuilder(address)
			.version(HttpClient.Version.HTTP_1_1)
			.timeout(Duration.ofSeconds(30))
			.method(this.method, this.body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(this.body));
		this.headers.forEach(request::header);
		return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
	}

}
