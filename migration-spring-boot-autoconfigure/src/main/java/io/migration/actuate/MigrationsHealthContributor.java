package io.migration.actuate;

import java.util.stream.Stream;

import io.migration.mirror.ManagedMigration;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.Status;

/**
 * Health of every migration, one component each. Without migrations it is empty, and an
 * empty composite does not appear.
 */
public final class MigrationsHealthContributor implements CompositeHealthContributor {

	/**
	 * Something wants an operator's attention, and the application works. Has HTTP status
	 * 200.
	 */
	public static final Status WARNING = new Status("WARNING");

	private final ObjectProvider<ManagedMigration> migrations;

	/**
	 * Create the contributor.
	 * @param migrations the migrations, none if none is configured
	 */
	public MigrationsHealthContributor(ObjectProvider<ManagedMigration> migrations) {
		this.migrations = migrations;
	}

	@Override
	public @Nullable HealthContributor getContributor(String name) {
		return this.migrations.stream()
			.filter((one) -> one.control().name().equals(name))
			.findFirst()
			.map(MigrationHealthIndicator::new)
			.orElse(null);
	}

	@Override
	public Stream<HealthContributors.Entry> stream() {
		return this.migrations.orderedStream()
			.map((one) -> new HealthContributors.Entry(one.control().name(), new MigrationHealthIndicator(one)));
	}

}
