package io.migration.autoconfigure;

import com.zaxxer.hikari.metrics.IMetricsTracker;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Measures the pools of target as Boot does those of the application, which are beans.
 *
 * @param registry where the meters are
 */
record TargetPoolMetrics(ObjectProvider<MeterRegistry> registry) {

	MetricsTrackerFactory trackers() {
		return (poolName, statistics) -> {
			MeterRegistry registry = this.registry.getIfAvailable();
			return (registry != null) ? new MicrometerMetricsTrackerFactory(registry).create(poolName, statistics)
					: new IMetricsTracker() {
					};
		};
	}

}
