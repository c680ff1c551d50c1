package io.migration.actuate;

import io.migration.mirror.ManagedMigration;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;

/**
 * {@link HealthEndpointGroupsPostProcessor} that makes every health group aggregate
 * {@link MigrationsHealthContributor#WARNING}. Where
 * {@code management.endpoint.health.status.order} or an application's own aggregator
 * knows that status, theirs counts. Without migrations aggregation stays as it was.
 */
public final class MigrationHealthGroupsPostProcessor implements HealthEndpointGroupsPostProcessor {

	private final ObjectProvider<ManagedMigration> migrations;

	/**
	 * Create the post-processor.
	 * @param migrations the migrations, asked for when health is aggregated
	 */
	public MigrationHealthGroupsPostProcessor(ObjectProvider<ManagedMigration> migrations) {
		this.migrations = migrations;
	}

	@Override
	public HealthEndpointGroups postProcessHealthEndpointGroups(HealthEndpointGroups groups) {
		return new MigrationHealthGroups(groups, () -> this.migrations.stream().findAny().isPresent());
	}

}
