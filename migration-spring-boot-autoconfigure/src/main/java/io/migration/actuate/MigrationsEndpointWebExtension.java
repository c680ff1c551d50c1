package io.migration.actuate;

import java.util.List;
import java.util.Set;

import io.migration.MigrationException;
import io.migration.MigrationPhase;
import io.migration.mirror.ManagedMigration;
import io.migration.phase.LedgerUnavailableException;
import io.migration.phase.PhaseControl;
import io.migration.phase.StepOutcome;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} for the {@link MigrationsEndpoint}:
 * what changes a migration, HTTP statuses, and who may see keys.
 * <p>
 * Every {@code POST} is one operation, whose only parameter Boot takes for a part of the
 * path. Only so it maps requests without a {@code Content-Type}, as {@code curl -X POST}
 * sends them; a parameter for the body or the principal would make it demand JSON.
 * {@link MigrationsOperationAdvisor} supplies that parameter.
 */
@EndpointWebExtension(endpoint = MigrationsEndpoint.class)
public class MigrationsEndpointWebExtension {

	private static final int ACCEPTED = 202;

	private static final int CONFLICT = 409;

	private static final Set<String> JOBS = Set.of("backfill", "verify", "repair");

	private static final Set<String> STEERING = Set.of("pause", "resume", "throttle");

	private final MigrationsEndpoint endpoint;

	private final Show showValues;

	private final Set<String> roles;

	/**
	 * Create the extension.
	 * @param endpoint the endpoint
	 * @param showValues when keys are shown instead of their hashes
	 * @param roles the roles of those who are authorized; when empty, everyone who is
	 * authenticated
	 */
	public MigrationsEndpointWebExtension(MigrationsEndpoint endpoint, Show showValues, Set<String> roles) {
		this.endpoint = endpoint;
		this.showValues = showValues;
		this.roles = roles;
	}

	/**
	 * Show one aspect of a migration.
	 * @param security who asks
	 * @param name the migration's name
	 * @param view {@code history}, {@code divergences} or {@code report}
	 * @return the aspect; 404 if there is no such migration or no such aspect
	 */
	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> view(SecurityContext security, @Selector String name,
			@Selector String view) {
		try {
			OperationResponseBody body = this.endpoint.view(name, view, this.showValues.isShown(security, this.roles));
			if (body == null) {
				return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
			}
			return new WebEndpointResponse<>(body,
					(body instanceof RefusedDescriptor) ? CONFLICT : WebEndpointResponse.STATUS_OK);
		}
		catch (MigrationException ex) {
			return unavailable(ex);
		}
	}

	/**
	 * Change a migration.
	 * @param request the migration, what to do, and who asks
	 * @return 200 when it is done, 202 when it is under way, 400 when the request is
	 * malformed, 404 when there is no such migration or action, 409 when it is refused,
	 * 503 when the ledger does not answer
	 */
	@WriteOperation
	public WebEndpointResponse<OperationResponseBody> change(
			@Selector(match = Match.ALL_REMAINING) OperatorRequest request) {
		ManagedMigration migration = this.endpoint.find(request.migration()).orElse(null);
		if (migration == null) {
			return problem(WebEndpointResponse.STATUS_NOT_FOUND,
					"there is no migration '%s'".formatted(request.migration()));
		}
		try {
			return change(migration.control(), request);
		}
		catch (OperatorRequest.MalformedException ex) {
			return problem(WebEndpointResponse.STATUS_BAD_REQUEST, String.valueOf(ex.getMessage()));
		}
		catch (LedgerUnavailableException ex) {
			return unavailable(ex);
		}
		catch (MigrationException ex) {
			return refused(RefusedDescriptor.because(String.valueOf(ex.getMessage())));
		}
	}

	private WebEndpointResponse<OperationResponseBody> change(PhaseControl control, OperatorRequest request) {
		List<String> action = request.action();
		return switch (action.size()) {
			case 1 -> switch (action.get(0)) {
				case "advance" ->
					answer(control, control.advance(request.by(), request.reason(), request.flag("force")));
				case "rollback" -> answer(control, control.rollback(request.by(), request.reason()));
				case "phase" -> answer(control,
						control.walkTo(request.phase(), request.by(), request.reason(), request.flag("force")));
				case "plan" -> plan(control, request.phase());
				case "complete" -> complete(control, request);
				default -> JOBS.contains(action.get(0)) ? job(action.get(0), request) : unknown(action);
			};
			case 2 -> (JOBS.contains(action.get(0)) && STEERING.contains(action.get(1)))
					? steer(action.get(0), action.get(1), request) : unknown(action);
			case 3 -> ("instances".equals(action.get(0)) && "forget".equals(action.get(2)))
					? forget(control, action.get(1)) : unknown(action);
			default -> unknown(action);
		};
	}

	private WebEndpointResponse<OperationResponseBody> answer(PhaseControl control, StepOutcome outcome) {
		if (outcome instanceof StepOutcome.Refused refused) {
			return refused(new RefusedDescriptor(GateDescriptor.of(refused.gates()), refused.reason()));
		}
		return new WebEndpointResponse<>(MigrationDescriptor.of(control),
				(outcome instanceof StepOutcome.Done) ? WebEndpointResponse.STATUS_OK : ACCEPTED);
	}

	private WebEndpointResponse<OperationResponseBody> plan(PhaseControl control, MigrationPhase to) {
		return new WebEndpointResponse<>(PlanDescriptor.of(control.phase(), to, control.plan(to)));
	}

	private WebEndpointResponse<OperationResponseBody> complete(PhaseControl control, OperatorRequest request) {
		if (!control.name().equals(request.text("confirm"))) {
			throw new OperatorRequest.MalformedException(
					"completion gives up the way back; confirm it by {\"confirm\": \"%s\"}".formatted(control.name()));
		}
		return refused(RefusedDescriptor.because("completion is not available in this version"));
	}

	private WebEndpointResponse<OperationResponseBody> job(String job, OperatorRequest request) {
		request.limit();
		request.flag("dryRun");
		return refused(RefusedDescriptor.because("%s is not available in this version".formatted(job)));
	}

	private WebEndpointResponse<OperationResponseBody> steer(String job, String verb, OperatorRequest request) {
		if ("throttle".equals(verb) && request.limit() == null) {
			throw new OperatorRequest.MalformedException("'limit' is missing: items per second");
		}
		return refused(RefusedDescriptor
			.because("there is nothing to %s: %s is not available in this version".formatted(verb, job)));
	}

	private WebEndpointResponse<OperationResponseBody> forget(PhaseControl control, String instance) {
		return control.forget(instance) ? new WebEndpointResponse<>(new ForgottenDescriptor(instance))
				: problem(WebEndpointResponse.STATUS_NOT_FOUND,
						"no instance '%s' is registered with migration '%s'".formatted(instance, control.name()));
	}

	private WebEndpointResponse<OperationResponseBody> unknown(List<String> action) {
		return problem(WebEndpointResponse.STATUS_NOT_FOUND,
				"there is no action '%s'; actions are advance, rollback, ".formatted(String.join("/", action))
						+ "phase, plan, backfill, verify, repair, the latter three with /pause, /resume and /throttle, "
						+ "complete, instances/{id}/forget");
	}

	private static WebEndpointResponse<OperationResponseBody> refused(RefusedDescriptor refused) {
		return new WebEndpointResponse<>(refused, CONFLICT);
	}

	private static WebEndpointResponse<OperationResponseBody> unavailable(MigrationException ex) {
		return problem(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE, String.valueOf(ex.getMessage()));
	}

	private static WebEndpointResponse<OperationResponseBody> problem(int status, @Nullable String reason) {
		return new WebEndpointResponse<>(new ProblemDescriptor(String.valueOf(reason)), status);
	}

}
