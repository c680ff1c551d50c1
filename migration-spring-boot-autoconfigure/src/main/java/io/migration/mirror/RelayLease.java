package io.migration.mirror;

/**
 * Says which of several instances runs the relay. It only spares the instances a quarrel:
 * that two relays do no harm is the work of {@link Copier#open()}. Thread safe.
 */
public interface RelayLease {

	/** For one instance alone. */
	RelayLease ALWAYS = new RelayLease() {

		@Override
		public void seek(Runnable change) {
			// held already
		}

		@Override
		public boolean held() {
			return true;
		}

		@Override
		public boolean elsewhere() {
			return false;
		}

		@Override
		public void offer() {
			// nobody else is there
		}

		@Override
		public void release() {
			// nobody else is there
		}

	};

	/**
	 * Try to get the lease and to keep it, in the background, until {@link #release()}.
	 * @param change run when it was got or lost
	 */
	void seek(Runnable change);

	/**
	 * Return whether this instance holds it now.
	 * @return whether it does
	 */
	boolean held();

	/**
	 * Return whether another instance was seen to hold it when this one asked last.
	 * @return whether another one does
	 */
	boolean elsewhere();

	/**
	 * Give it up for a moment, so that another instance may try: this one cannot reach
	 * the other side.
	 */
	void offer();

	/**
	 * Give it up, and seek no longer.
	 */
	void release();

}
