package io.migration.redis;

/**
 * Compares a sample of the reads.
 */
interface ReadSampler {

	/** Compares nothing. */
	ReadSampler NONE = new ReadSampler() {

		@Override
		public boolean wants(CommandCatalog.Entry entry) {
			return false;
		}

		@Override
		public void sample(CommandCatalog.Entry entry, WireArguments arguments) {
		}

	};

	/**
	 * Decide whether a read is part of the sample.
	 */
	boolean wants(CommandCatalog.Entry entry);

	/**
	 * Compare a read in the background.
	 */
	void sample(CommandCatalog.Entry entry, WireArguments arguments);

}
