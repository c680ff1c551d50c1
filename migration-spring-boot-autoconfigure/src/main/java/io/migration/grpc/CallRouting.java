package io.migration.grpc;

import java.util.concurrent.ThreadLocalRandom;

import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.migration.MigrationPhase.Reads;
import io.migration.Side;
import io.migration.mirror.RoutedMigration;
import io.migration.phase.PinnedPhase;

/**
 * Decides where a call goes.
 *
 * @param migration whose phase counts
 * @param settings how calls are routed
 */
record CallRouting(RoutedMigration migration, CallSettings settings) {

	/**
	 * Return the side that answers a call.
	 */
	Side answers(PinnedPhase rules, MethodDescriptor<?, ?> method, Metadata headers) {
		if (rules.reads() != Reads.SHARED) {
			return rules.authority();
		}
		for (CallRule rule : this.settings.rules()) {
			if (rule.matches(method.getFullMethodName(), headers)) {
				return rule.side();
			}
		}
		return this.migration.answers(rules, stickTo(headers));
	}

	private int stickTo(Metadata headers) {
		Metadata.Key<String> key = this.settings.stickyBy();
		String value = (key != null) ? headers.get(key) : null;
		return (value != null) ? value.hashCode() : ThreadLocalRandom.current().nextInt();
	}

	/**
	 * Return whether a call changes nothing, by what its method or the settings say.
	 */
	boolean isSafe(MethodDescriptor<?, ?> method) {
		return method.isSafe() || hasNoSideEffects(method)
				|| MethodPattern.anyMatches(this.settings.safeMethods(), method.getFullMethodName());
	}

	private static boolean hasNoSideEffects(MethodDescriptor<?, ?> method) {
		return method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema
				&& schema.getMethodDescriptor().getOptions().getIdempotencyLevel() == IdempotencyLevel.NO_SIDE_EFFECTS;
	}

	/**
	 * Return whether a safe call is made on the other side too, beside the caller.
	 */
	boolean compares(PinnedPhase rules, MethodDescriptor<?, ?> method) {
		return method.getType() == MethodType.UNARY && this.migration.samples(rules);
	}

	/**
	 * Return whether a call that is not safe is made on source and then on target.
	 */
	boolean repeats(PinnedPhase rules, MethodDescriptor<?, ?> method) {
		return method.getType() == MethodType.UNARY && this.migration.repeats(rules)
				&& MethodPattern.anyMatches(this.settings.repeatMethods(), method.getFullMethodName());
	}

}
