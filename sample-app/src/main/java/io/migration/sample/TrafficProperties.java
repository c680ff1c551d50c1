package io.migration.sample;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The traffic that the sample makes for itself.
 *
 * @param enabled whether there is any
 * @param rate operations per second, about
 */
@ConfigurationProperties("sample.traffic")
record TrafficProperties(@DefaultValue("true") boolean enabled, @DefaultValue("30") int rate) {

	TrafficProperties {
		if (rate < 1 || rate > 10_000) {
			throw new IllegalArgumentException("sample.traffic.rate must be between 1 and 10000");
		}
	}

}
