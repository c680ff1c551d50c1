package io.migration.autoconfigure;

import java.util.HashSet;
import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What the endpoint of migrations shows.
 */
@ConfigurationProperties("management.endpoint.migrations")
public class MigrationsEndpointProperties {

	/**
	 * When to show the keys that differ between the sides. Otherwise a hash is shown: to
	 * some applications a key is a credential.
	 */
	private Show showValues = Show.NEVER;

	/**
	 * Roles of users who are authorized to see keys. When empty, all authenticated users
	 * are.
	 */
	private final Set<String> roles = new HashSet<>();

	public Show getShowValues() {
		return this.showValues;
	}

	public void setShowValues(Show showValues) {
		this.showValues = showValues;
	}

	public Set<String> getRoles() {
		return this.roles;
	}

}
