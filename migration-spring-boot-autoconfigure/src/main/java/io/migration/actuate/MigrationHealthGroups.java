package io.migration.actuate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.AdditionalPathsMapper;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.health.actuate.endpoint.AdditionalHealthEndpointPath;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;
import org.springframework.boot.health.contributor.Status;

/**
 * {@link HealthEndpointGroups} that aggregate
 * {@link MigrationsHealthContributor#WARNING}. Boot leaves a status that it does not know
 * out of the aggregate: the warning of one migration would vanish behind the health of
 * another.
 */
final class MigrationHealthGroups implements HealthEndpointGroups, AdditionalPathsMapper {

	private final HealthEndpointGroups groups;

	private final HealthEndpointGroup primary;

	private final Map<String, HealthEndpointGroup> others = new LinkedHashMap<>();

	MigrationHealthGroups(HealthEndpointGroups groups, BooleanSupplier active) {
		this.groups = groups;
		this.primary = new Group(groups.getPrimary(), active);
		for (String name : groups.getNames()) {
			HealthEndpointGroup group = groups.get(name);
			if (group != null) {
				this.others.put(name, new Group(group, active));
			}
		}
	}

	@Override
	public HealthEndpointGroup getPrimary() {
		return this.primary;
	}

	@Override
	public Set<String> getNames() {
		return this.groups.getNames();
	}

	@Override
	public @Nullable HealthEndpointGroup get(String name) {
		return this.others.get(name);
	}

	@Override
	public @Nullable List<String> getAdditionalPaths(EndpointId endpointId, WebServerNamespace webServerNamespace) {
		return (this.groups instanceof AdditionalPathsMapper paths)
				? paths.getAdditionalPaths(endpointId, webServerNamespace) : null;
	}

	/**
	 * Aggregate as the delegate does, and let a warning count for more than health.
	 * @param delegate aggregates what Boot or the application knows
	 * @param statuses the statuses
	 * @return the aggregate; the delegate's whenever it knows what to make of a warning,
	 * or found something worse
	 */
	static Status aggregate(StatusAggregator delegate, Set<Status> statuses) {
		Status aggregate = delegate.getAggregateStatus(statuses);
		Status warning = MigrationsHealthContributor.WARNING;
		boolean ours = statuses.contains(warning) && delegate.getAggregateStatus(warning).equals(Status.UNKNOWN);
		return (ours && (aggregate.equals(Status.UP) || aggregate.equals(Status.UNKNOWN))) ? warning : aggregate;
	}

	private record Group(HealthEndpointGroup delegate, BooleanSupplier active) implements HealthEndpointGroup {

		@Override
		public boolean isMember(String name) {
			return this.delegate.isMember(name);
		}

		@Override
		public boolean showComponents(SecurityContext securityContext) {
			return this.delegate.showComponents(securityContext);
		}

		@Override
		public boolean showDetails(SecurityContext securityContext) {
			return this.delegate.showDetails(securityContext);
		}

		@Override
		public StatusAggregator getStatusAggregator() {
			StatusAggregator aggregator = this.delegate.getStatusAggregator();
			return (statuses) -> this.active.getAsBoolean() ? aggregate(aggregator, statuses)
					: aggregator.getAggregateStatus(statuses);
		}

		@Override
		public HttpCodeStatusMapper getHttpCodeStatusMapper() {
			return this.delegate.getHttpCodeStatusMapper();
		}

		@Override
		public @Nullable AdditionalHealthEndpointPath getAdditionalPath() {
			return this.delegate.getAdditionalPath();
		}

	}

}
