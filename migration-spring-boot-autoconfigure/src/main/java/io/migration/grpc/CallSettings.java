package io.migration.grpc;

import java.time.Duration;
import java.util.List;

import io.grpc.Metadata;
import io.migration.mirror.MirrorSettings.OnFailure;
import org.jspecify.annotations.Nullable;

/**
 * How calls are routed and repeated.
 *
 * @param stickyBy the header whose equal values are answered by one side in read-new;
 * {@code null} if calls stick to nothing
 * @param rules tried in this order before the share of read-new
 * @param safeMethods methods that change nothing, beside those that say so themselves
 * @param repeatMethods methods that change something and may be called on both sides
 * @param onFailure what becomes of such a call when target has not confirmed it
 * @param writeTimeout how long target may take to confirm it
 * @param forwardCredentials whether credentials meant for source are sent to target
 */
public record CallSettings(Metadata.@Nullable Key<String> stickyBy, List<CallRule> rules,
		List<MethodPattern> safeMethods, List<MethodPattern> repeatMethods, OnFailure onFailure, Duration writeTimeout,
		boolean forwardCredentials) {

}
