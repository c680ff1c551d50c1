package io.migration.redis;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * What a load does: only SET, or a mixture; over many keys or over a few hot ones.
 */
enum Workload {

	SET("set", false, 100_000), MIXED("mixed", true, 100_000), SET_HOT("set-hot", false, 100),
	MIXED_HOT("mixed-hot", true, 100);

	static final int KEYS = 100_000;

	private final String title;

	private final boolean mixed;

	private final int keys;

	Workload(String title, boolean mixed, int keys) {
		this.title = title;
		this.mixed = mixed;
		this.keys = keys;
	}

	static Workload of(String title) {
		return Arrays.stream(values())
			.filter((workload) -> workload.title.equals(title))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("no load is called " + title));
	}

	/**
	 * Do one operation. Mixed: 60 % GET, 20 % SET with an expiry, 10 % HSET, 5 % DEL, 5 %
	 * INCR.
	 * @param client through what
	 * @param random chooses
	 */
	void operate(LoadClient client, RandomGenerator random) {
		int key = random.nextInt(this.keys);
		int choice = this.mixed ? random.nextInt(20) : -1;
		if (choice < 0) {
			client.set(LoadClient.stringKey(key));
		}
		else if (choice < 12) {
			client.get(LoadClient.stringKey(key));
		}
		else if (choice < 16) {
			client.setExpiring(LoadClient.stringKey(key));
		}
		else if (choice < 18) {
			client.put(LoadClient.hashKey(key), "field" + random.nextInt(8));
		}
		else if (choice < 19) {
			client.delete(LoadClient.stringKey(key));
		}
		else {
			client.increment(LoadClient.counterKey(key));
		}
	}

	@Override
	public String toString() {
		return this.title;
	}

}
