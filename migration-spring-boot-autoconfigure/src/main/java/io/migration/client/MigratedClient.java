package io.migration.client;

/**
 * What every decorated bean also is, so that none is decorated twice. It declares the
 * methods of {@link Object} that would otherwise be the proxy's own and not the bean's.
 */
public interface MigratedClient {

	@Override
	boolean equals(Object other);

	@Override
	int hashCode();

}
