package io.migration.actuate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import io.migration.actuate.DivergencesDescriptor.DivergenceDescriptor;
import io.migration.actuate.HistoryDescriptor.ChangeDescriptor;
import io.migration.actuate.MigrationDetailsDescriptor.ComparisonsDescriptor;
import io.migration.actuate.MigrationDetailsDescriptor.InstanceDescriptor;
import io.migration.actuate.MigrationDetailsDescriptor.JobDescriptor;
import io.migration.actuate.MigrationDetailsDescriptor.JournalDescriptor;
import io.migration.actuate.MigrationDetailsDescriptor.MirrorDescriptor;
import io.migration.actuate.PlanDescriptor.StepDescriptor;
import io.migration.mirror.ManagedMigration;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * {@link Endpoint @Endpoint} that shows migrations. What changes them is only to be had
 * over HTTP, see {@link MigrationsEndpointWebExtension}.
 */
@Endpoint(id = "migrations", defaultAccess = Access.READ_ONLY)
@RegisterReflectionForBinding({ MigrationsDescriptor.class, MigrationDescriptor.class, MigrationDetailsDescriptor.class,
		InstanceDescriptor.class, MirrorDescriptor.class, ComparisonsDescriptor.class, JobDescriptor.class,
		JournalDescriptor.class, GateDescriptor.class, HistoryDescriptor.class, ChangeDescriptor.class,
		DivergencesDescriptor.class, DivergenceDescriptor.class, PlanDescriptor.class, StepDescriptor.class,
		RefusedDescriptor.class, ProblemDescriptor.class, ForgottenDescriptor.class })
public class MigrationsEndpoint {

	private final ObjectProvider<ManagedMigration> migrations;

	private final Show showValues;

	/**
	 * Create the endpoint.
	 * @param migrations the migrations, none if none is configured
	 * @param showValues when keys are shown instead of their hashes
	 */
	public MigrationsEndpoint(ObjectProvider<ManagedMigration> migrations, Show showValues) {
		this.migrations = migrations;
		this.showValues = showValues;
	}

	/**
	 * Show where every migration stands.
	 * @return the migrations by name
	 */
	@ReadOperation
	public MigrationsDescriptor migrations() {
		Map<String, MigrationDescriptor> all = new LinkedHashMap<>();
		this.migrations.orderedStream()
			.forEach((one) -> all.put(one.control().name(), MigrationDescriptor.of(one.control())));
		return new MigrationsDescriptor(all);
	}

	/**
	 * Show everything about one migration.
	 * @param name the migration's name
	 * @return the migration, {@code null} if there is none of that name
	 */
	@ReadOperation
	public @Nullable MigrationDetailsDescriptor migration(@Selector String name) {
		return find(name).map(MigrationDetailsDescriptor::of).orElse(null);
	}

	/**
	 * Show one aspect of a migration.
	 * @param name the migration's name
	 * @param view {@code history}, {@code divergences} or {@code report}
	 * @return the aspect, {@code null} if there is no such migration or no such aspect
	 */
	@ReadOperation
	public @Nullable OperationResponseBody view(@Selector String name, @Selector String view) {
		return view(name, view, this.showValues.isShown(true));
	}

	@Nullable OperationResponseBody view(String name, String view, boolean showKeys) {
		ManagedMigration migration = find(name).orElse(null);
		if (migration == null) {
			return null;
		}
		return switch (view) {
			case "history" -> HistoryDescriptor.of(migration.control().history());
			case "divergences" -> DivergencesDescriptor.of(migration.comparisons().divergences(), showKeys);
			case "report" -> RefusedDescriptor.because("a report of verification is not available in this version");
			default -> null;
		};
	}

	Optional<ManagedMigration> find(String name) {
		return this.migrations.stream().filter((one) -> one.control().name().equals(name)).findFirst();
	}

}
