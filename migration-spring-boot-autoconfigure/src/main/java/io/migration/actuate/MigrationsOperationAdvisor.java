package io.migration.actuate;

import java.security.Principal;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.InvocationContext;
import org.springframework.boot.actuate.endpoint.OperationArgumentResolver;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvoker;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvokerAdvisor;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameter;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameters;

/**
 * {@link OperationInvokerAdvisor} that tells the write operation of
 * {@link MigrationsEndpointWebExtension} who asks for what. Leaves every other endpoint
 * alone.
 */
public final class MigrationsOperationAdvisor implements OperationInvokerAdvisor {

	private static final EndpointId ENDPOINT = EndpointId.of("migrations");

	private static final String NOBODY_IN_PARTICULAR = "actuator";

	@Override
	public OperationInvoker apply(EndpointId endpointId, OperationType operationType, OperationParameters parameters,
			OperationInvoker invoker) {
		if (operationType != OperationType.WRITE || !ENDPOINT.equals(endpointId)) {
			return invoker;
		}
		String path = parameters.stream().findFirst().map(OperationParameter::getName).orElse("");
		return (context) -> invoker.invoke(withRequest(context, path));
	}

	private static InvocationContext withRequest(InvocationContext context, String path) {
		SecurityContext security = context.resolveArgument(SecurityContext.class);
		SecurityContext known = (security != null) ? security : SecurityContext.NONE;
		OperatorRequest request = request(context.getArguments(), path, known.getPrincipal());
		return new InvocationContext(known, context.getArguments(),
				OperationArgumentResolver.of(OperatorRequest.class, () -> request));
	}

	/**
	 * Properties of the body stand beside the path and can hide it, but only by a text or
	 * a list, never by an array: the path cannot be forged from within the body.
	 */
	private static OperatorRequest request(Map<String, Object> arguments, String path, @Nullable Principal principal) {
		List<String> segments = (arguments.get(path) instanceof String[] parts) ? List.of(parts) : List.of();
		return new OperatorRequest(segments.isEmpty() ? "" : segments.get(0),
				segments.isEmpty() ? segments : segments.subList(1, segments.size()),
				(principal != null) ? principal.getName() : NOBODY_IN_PARTICULAR, arguments);
	}

}
