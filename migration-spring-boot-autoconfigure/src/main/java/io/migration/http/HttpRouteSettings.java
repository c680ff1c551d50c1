package io.migration.http;

import java.util.List;
import java.util.Set;

import io.migration.mirror.MirrorSettings.OnFailure;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;

/**
 * How the calls of one service are routed.
 *
 * @param source where the old service is
 * @param target where the new one is
 * @param repeated the methods that are sent to both sides in dual-write and read-new;
 * none when each call goes to one side
 * @param onFailure what a call does when only its repetition fails
 * @param forwardCredentials whether credentials follow to another origin
 * @param stickyBy the header whose value decides, with the share, which side answers,
 * {@code null} if each call is on its own
 * @param rules which calls belong to a side in read-new, whatever the share says; the
 * first that fits counts
 * @param comparison how answers are compared
 */
public record HttpRouteSettings(BaseUrl source, BaseUrl target, Set<HttpMethod> repeated, OnFailure onFailure,
		boolean forwardCredentials, @Nullable String stickyBy, List<HttpRule> rules, Comparison comparison) {

	/**
	 * How answers are compared.
	 *
	 * @param headers which headers are compared, beside the status
	 * @param ignored JSON pointers that are not, in which {@code *} stands for one name
	 * or index
	 * @param anyOrder whether the order of arrays does not matter
	 * @param maxSize bytes above which a body is not compared
	 */
	public record Comparison(List<String> headers, List<String> ignored, boolean anyOrder, int maxSize) {

	}

}
