package io.migration.http;

import org.jspecify.annotations.Nullable;

import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * What calls are sent with, beside the application's own client.
 *
 * @param target sends what target answers, {@code null} for the application's own client
 * @param comparing sends what is repeated beside the caller: with bounded time, and
 * without a connection of the application's pool
 */
public record HttpClients(@Nullable ClientHttpRequestFactory target, ClientHttpRequestFactory comparing) {

}
