package io.migration.test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.springframework.util.FileSystemUtils;

/**
 * A certificate for servers on loopback, signed by itself and made by the JDK's keytool,
 * with its private key; both as PEM files in a directory of their own.
 */
public final class Certificate implements AutoCloseable {

	private static final String PASSWORD = "changeit";

	private static final String ALIAS = "server";

	private final Path directory;

	private final SSLContext trusting;

	private Certificate(Path directory) throws IOException, GeneralSecurityException, InterruptedException {
		this.directory = directory;
		Path store = directory.resolve("server.p12");
		make(store);
		KeyStore keys = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(store)) {
			keys.load(in, PASSWORD.toCharArray());
		}
		Key key = keys.getKey(ALIAS, PASSWORD.toCharArray());
		write(file(), "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
		write(privateKeyFile(), "PRIVATE KEY", key.getEncoded());
		KeyStore trusted = KeyStore.getInstance("PKCS12");
		trusted.load(null, null);
		trusted.setCertificateEntry(ALIAS, keys.getCertificate(ALIAS));
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(trusted);
		this.trusting = SSLContext.getInstance("TLS");
		this.trusting.init(null, trust.getTrustManagers(), null);
	}

	/**
	 * Makes a certificate for 127.0.0.1 and localhost.
	 * @return the certificate
	 */
	public static Certificate create() {
		try {
			return new Certificate(Files.createTempDirectory("certificate-"));
		}
		catch (IOException | GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private static void make(Path store) throws IOException, InterruptedException {
		Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
		Process process = new ProcessBuilder(List.of(keytool.toString(), "-genkeypair", "-alias", ALIAS, "-keyalg",
				"EC", "-groupname", "secp256r1", "-dname", "CN=127.0.0.1", "-ext", "san=ip:127.0.0.1,dns:localhost",
				"-validity", "3650", "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", PASSWORD))
			.redirectErrorStream(true)
			.start();
		String output = new String(process.getInputStream().readAllBytes());
		if (process.waitFor() != 0) {
			throw new IOException("keytool failed: " + output);
		}
	}

	private static void write(Path file, String kind, byte[] encoded) throws IOException {
		String lines = Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(encoded);
		Files.writeString(file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, lines, kind));
	}

	/**
	 * The certificate, which is its own authority.
	 * @return a PEM file
	 */
	public Path file() {
		return this.directory.resolve("server.crt");
	}

	Path privateKeyFile() {
		return this.directory.resolve("server.key");
	}

	/**
	 * Sockets that trust this certificate alone.
	 * @return a factory of such sockets
	 */
	SocketFactory sockets() {
		return this.trusting.getSocketFactory();
	}

	@Override
	public void close() {
		FileSystemUtils.deleteRecursively(this.directory.toFile());
	}

}
