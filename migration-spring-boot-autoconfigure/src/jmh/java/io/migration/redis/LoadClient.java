package io.migration.redis;

import java.time.Duration;

import io.lettuce.core.cluster.api.sync.RedisClusterCommands;

import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * The few operations of which loads consist, through a client under measurement.
 */
interface LoadClient {

	/** A hundred characters. */
	String VALUE = "0123456789".repeat(10);

	Duration EXPIRY = Duration.ofMinutes(30);

	static String stringKey(int key) {
		return "load:string:" + key;
	}

	static String hashKey(int key) {
		return "load:hash:" + key;
	}

	static String counterKey(int key) {
		return "load:counter:" + key;
	}

	void get(String key);

	void set(String key);

	void setExpiring(String key);

	void put(String key, String field);

	void delete(String key);

	void increment(String key);

	/**
	 * Operate through Spring's template.
	 * @param redis the template
	 * @return the client
	 */
	static LoadClient of(StringRedisTemplate redis) {
		return new LoadClient() {

			@Override
			public void get(String key) {
				redis.opsForValue().get(key);
			}

			@Override
			public void set(String key) {
				redis.opsForValue().set(key, VALUE);
			}

			@Override
			public void setExpiring(String key) {
				redis.opsForValue().set(key, VALUE, EXPIRY);
			}

			@Override
			public void put(String key, String field) {
				redis.opsForHash().put(key, field, VALUE);
			}

			@Override
			public void delete(String key) {
				redis.delete(key);
			}

			@Override
			public void increment(String key) {
				redis.opsForValue().increment(key);
			}

		};
	}

	/**
	 * Operate through Lettuce.
	 * @param redis the commands of a connection
	 * @return the client
	 */
	static LoadClient of(RedisClusterCommands<String, String> redis) {
		return new LoadClient() {

			@Override
			public void get(String key) {
				redis.get(key);
			}

			@Override
			public void set(String key) {
				redis.set(key, VALUE);
			}

			@Override
			public void setExpiring(String key) {
				redis.setex(key, EXPIRY.toSeconds(), VALUE);
			}

			@Override
			public void put(String key, String field) {
				redis.hset(key, field, VALUE);
			}

			@Override
			public void delete(String key) {
				redis.del(key);
			}

			@Override
			public void increment(String key) {
				redis.incr(key);
			}

		};
	}

	/**
	 * Read from one client, write through both, one after the other: what is written by
	 * hand.
	 * @param source the client to read from and to write to first
	 * @param target the client to write to afterwards
	 * @return the client
	 */
	static LoadClient both(LoadClient source, LoadClient target) {
		return new LoadClient() {

			@Override
			public void get(String key) {
				source.get(key);
			}

			@Override
			public void set(String key) {
				source.set(key);
				target.set(key);
			}

			@Override
			public void setExpiring(String key) {
				source.setExpiring(key);
				target.setExpiring(key);
			}

			@Override
			public void put(String key, String field) {
				source.put(key, field);
				target.put(key, field);
			}

			@Override
			public void delete(String key) {
				source.delete(key);
				target.delete(key);
			}

			@Override
			public void increment(String key) {
				source.increment(key);
				target.increment(key);
			}

		};
	}

}
