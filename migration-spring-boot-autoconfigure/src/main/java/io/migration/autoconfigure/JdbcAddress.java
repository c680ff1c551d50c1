package io.migration.autoconfigure;

import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanWrapper;
import org.springframework.beans.BeansException;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Server and database, as a JDBC URL tells them. Never asks a server.
 *
 * @param servers each with its port; empty for a database within this process
 * @param database the database
 */
record JdbcAddress(Set<String> servers, String database) {

	private static final Pattern NETWORK = Pattern
		.compile("jdbc:(?<product>[a-z0-9]+):(?:[a-z0-9-]+:)*//(?<servers>[^/?;]*)(?:/(?<database>[^?;]*))?.*");

	private static final Pattern LOCAL_POSTGRESQL = Pattern.compile("jdbc:postgresql:(?<database>[^/?]*).*");

	private static final Pattern H2 = Pattern.compile("jdbc:h2:(?<database>[^;]*).*");

	/** MySQL and MariaDB also take {@code address=(host=...)(port=...)}. */
	private static final Pattern PART = Pattern.compile("\\((?<key>host|port)=(?<value>[^)]*)\\)");

	/**
	 * Return where a URL leads.
	 * @return the address, {@code null} if the URL does not tell
	 */
	static @Nullable JdbcAddress of(@Nullable String url) {
		if (url == null) {
			return null;
		}
		Matcher network = NETWORK.matcher(url);
		if (network.matches()) {
			String product = network.group("product");
			String database = network.group("database");
			String port = defaultPort(product);
			Set<String> servers = new TreeSet<>();
			for (String server : network.group("servers").split(",(?![^(]*\\))")) {
				servers.add(server(server, port));
			}
			return new JdbcAddress(servers, (database != null) ? database : "");
		}
		Matcher local = LOCAL_POSTGRESQL.matcher(url);
		if (local.matches()) {
			return new JdbcAddress(Set.of(server("", defaultPort("postgresql"))), local.group("database"));
		}
		Matcher h2 = H2.matcher(url);
		// each connection to "mem:" has a database of its own
		return (h2.matches() && !h2.group("database").equals("mem:")) ? new JdbcAddress(Set.of(), h2.group("database"))
				: null;
	}

	/**
	 * Return where a pool leads.
	 * @return the address, {@code null} if its configuration does not tell
	 */
	static @Nullable JdbcAddress ofPool(HikariConfig config) {
		JdbcAddress address = of(config.getJdbcUrl());
		if (address != null) {
			return address;
		}
		Properties properties = config.getDataSourceProperties();
		String url = properties.getProperty("url", properties.getProperty("URL"));
		if (url == null && config.getDataSource() != null) {
			return of(config.getDataSource());
		}
		return of(url);
	}

	/**
	 * Return where a data source leads.
	 * @return the address, {@code null} if it does not tell
	 */
	static @Nullable JdbcAddress of(DataSource dataSource) {
		HikariDataSource hikari = DataSourceUnwrapper.unwrap(dataSource, HikariConfigMXBean.class,
				HikariDataSource.class);
		if (hikari != null) {
			return ofPool(hikari);
		}
		DataSource inner = dataSource;
		while (inner instanceof DelegatingDataSource delegating && delegating.getTargetDataSource() != null) {
			inner = delegating.getTargetDataSource();
		}
		BeanWrapper properties = PropertyAccessorFactory.forBeanPropertyAccess(inner);
		for (String property : new String[] { "url", "URL", "jdbcUrl" }) {
			try {
				if (properties.isReadableProperty(property)
						&& properties.getPropertyValue(property) instanceof String url) {
					return of(url);
				}
			}
			catch (BeansException ex) {
				return null;
			}
		}
		return null;
	}

	/**
	 * Return whether both lead to one database of one server, as far as can be told.
	 */
	boolean overlaps(@Nullable JdbcAddress other) {
		return other != null && this.database.equals(other.database)
				&& (this.servers.equals(other.servers) || this.servers.stream().anyMatch(other.servers::contains));
	}

	private static String server(String text, String defaultPort) {
		String host = "";
		String port = "";
		Matcher part = PART.matcher(text);
		while (part.find()) {
			if (part.group("key").equals("host")) {
				host = part.group("value");
			}
			else {
				port = part.group("value");
			}
		}
		if (host.isEmpty()) {
			String server = text.substring(text.lastIndexOf('@') + 1);
			int colon = server.lastIndexOf(':');
			boolean withPort = colon > server.lastIndexOf(']');
			host = withPort ? server.substring(0, colon) : server;
			port = withPort ? server.substring(colon + 1) : "";
		}
		return host(host) + ":" + (port.isEmpty() ? defaultPort : port);
	}

	private static String host(String host) {
		String lower = host.toLowerCase(Locale.ROOT);
		return switch (lower) {
			case "", "127.0.0.1", "[::1]" -> "localhost";
			default -> lower;
		};
	}

	private static String defaultPort(String product) {
		return switch (product) {
			case "postgresql" -> "5432";
			case "mysql", "mariadb" -> "3306";
			case "h2" -> "9092";
			default -> "";
		};
	}

}
