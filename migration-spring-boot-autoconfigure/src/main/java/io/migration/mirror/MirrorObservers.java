package io.migration.mirror;

/**
 * Gives each migration its observer.
 */
@FunctionalInterface
public interface MirrorObservers {

	/**
	 * Return the observer of a migration.
	 * @param migration the migration's name
	 * @return the observer
	 */
	MirrorObserver of(String migration);

}
