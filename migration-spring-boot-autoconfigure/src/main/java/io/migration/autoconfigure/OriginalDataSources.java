package io.migration.autoconfigure;

import java.sql.SQLException;

import javax.sql.DataSource;

import io.migration.jdbc.MigratedDataSource;
import org.jspecify.annotations.Nullable;

/**
 * What a decorated data source was before.
 */
final class OriginalDataSources {

	private OriginalDataSources() {
	}

	/**
	 * Return the original of a data source that is decorated, under whatever others have
	 * decorated it with.
	 * @return the original, or what was given if it is not decorated
	 */
	static @Nullable DataSource of(@Nullable DataSource dataSource) {
		try {
			return (dataSource != null && dataSource.isWrapperFor(MigratedDataSource.class))
					? dataSource.unwrap(MigratedDataSource.class).original() : dataSource;
		}
		catch (SQLException | RuntimeException ex) {
			return dataSource;
		}
	}

}
