package io.migration.unleash;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.getunleash.Unleash;
import io.migration.MigrationPhase;
import io.migration.phase.PhaseFlags;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Phases from Unleash: one flag per migration, with one variant whose name is the phase
 * and whose payload may be {@code {"readShare": 25}}.
 * <p>
 * A reading is silent, and the phase kept, whenever the flag does not say exactly one
 * thing: it is missing or archived, has no variant or one that is no phase, a payload
 * with anything wrong in it. A flag that is switched off in the client's environment, and
 * only that, is {@link PhaseFlags.Reading.Disabled disabled}. When the server fails later
 * on, flags go on saying what they said last.
 * <p>
 * <strong>The backup file.</strong> An Unleash client starts with what an earlier run
 * left in a file, which may be from before many changes of phase. Of our own client
 * ({@link #of(UnleashConnection)}) that is not followed, only told in the reason: flags
 * are silent until the server has answered once. Otherwise an instance that comes up
 * while the server is down would ask to go back, against the others, which know better.
 * With an application's own client ({@link #of(Unleash, UnleashClientSettings)}) the two
 * cannot be told apart, and what the file says counts until the server answers; effective
 * phases walk there by legal, gated steps as always.
 * <p>
 * Flags are evaluated when the client reports news, and each second, since an
 * application's own client reports none to us; never by {@link #read}, except the first
 * one of a flag. Thread safe. Listeners are called from the client's thread or from our
 * timer's, after the new readings can be read, and only when one is different.
 */
public final class UnleashPhaseFlags implements PhaseFlags, AutoCloseable {

	private static final Log logger = LogFactory.getLog(UnleashPhaseFlags.class);

	private static final Duration REFRESH_INTERVAL = Duration.ofSeconds(1);

	private final FlagReader reader;

	private final Supplier<@Nullable String> obstacle;

	private final @Nullable UnleashClientSettings settings;

	private final @Nullable UnleashAdmin admin;

	private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

	private final ScheduledExecutorService timer;

	/**
	 * Evaluations happen under this lock, so that an older one never replaces a newer.
	 */
	private final ReentrantLock lock = new ReentrantLock();

	private volatile Map<String, Reading> readings = Map.of();

	@SuppressWarnings("FutureReturnValueIgnored") // refresh() does not throw
	private UnleashPhaseFlags(Unleash unleash, Supplier<@Nullable String> obstacle,
			@Nullable UnleashClientSettings settings) {
		this.reader = new FlagReader(unleash);
		this.obstacle = obstacle;
		this.settings = settings;
		this.admin = (settings != null && settings.adminToken() != null)
				? new UnleashAdmin(settings, settings.adminToken()) : null;
		this.timer = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = Executors.defaultThreadFactory().newThread(task);
			thread.setName("migration-unleash-flags");
			thread.setDaemon(true);
			return thread;
		});
		long interval = REFRESH_INTERVAL.toMillis();
		this.timer.scheduleWithFixedDelay(this::refresh, interval, interval, TimeUnit.MILLISECONDS);
	}

	/**
	 * Read flags with our own client.
	 * @param connection the client, which the caller closes
	 * @return the flags, to be closed
	 */
	public static UnleashPhaseFlags of(UnleashConnection connection) {
		UnleashPhaseFlags flags = new UnleashPhaseFlags(connection.client(), connection.contact()::obstacle,
				connection.settings());
		connection.contact().onChange(flags::refresh);
		return flags;
	}

	/**
	 * Read flags with the client that an application has already.
	 * @param unleash the client
	 * @param settings where operators, and we with an Admin API token, set flags;
	 * {@code null} when only the client knows
	 * @return the flags, to be closed
	 */
	public static UnleashPhaseFlags of(Unleash unleash, @Nullable UnleashClientSettings settings) {
		return new UnleashPhaseFlags(unleash, () -> null, settings);
	}

	@Override
	public Reading read(String flag) {
		Reading reading = this.readings.get(flag);
		return (reading != null) ? reading : readFirst(flag);
	}

	@Override
	public void onChange(Runnable listener) {
		this.listeners.add(listener);
	}

	@Override
	public String whereToSet(String flag) {
		return (this.settings != null) ? "flag '%s' in %s".formatted(flag, this.settings)
				: "flag '%s' in the Unleash server that the application's own client uses".formatted(flag);
	}

	@Override
	public boolean writable() {
		return this.admin != null;
	}

	/**
	 * {@inheritDoc} Takes up to six seconds. The change is read, here as on other
	 * instances, when the client has polled it.
	 */
	@Override
	public void write(String flag, @Nullable MigrationPhase expected, MigrationPhase phase) {
		if (this.admin == null) {
			throw new IllegalStateException(
					"without migration.unleash.url and migration.unleash.admin.token phases cannot be set from here; set "
							+ whereToSet(flag));
		}
		this.admin.write(flag, expected, phase);
		logger.info("Set %s to '%s'".formatted(whereToSet(flag), phase.wireName()));
	}

	/**
	 * Stop evaluating. Flags keep their last reading.
	 */
	@Override
	public void close() {
		this.timer.shutdownNow();
	}

	private Reading readFirst(String flag) {
		this.lock.lock();
		try {
			Reading known = this.readings.get(flag);
			if (known != null) {
				return known;
			}
			Reading reading = evaluate(flag);
			Map<String, Reading> readings = new HashMap<>(this.readings);
			readings.put(flag, reading);
			this.readings = Map.copyOf(readings);
			log(flag, reading);
			return reading;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void refresh() {
		this.lock.lock();
		try {
			Map<String, Reading> before = this.readings;
			Map<String, Reading> now = new HashMap<>();
			before.keySet().forEach((flag) -> now.put(flag, evaluate(flag)));
			if (now.equals(before)) {
				return;
			}
			this.readings = Map.copyOf(now);
			now.forEach((flag, reading) -> {
				Reading old = before.get(flag);
				boolean stillSilent = reading instanceof Reading.Silent && old instanceof Reading.Silent;
				if (!reading.equals(old) && !stillSilent) {
					log(flag, reading);
				}
			});
		}
		finally {
			this.lock.unlock();
		}
		this.listeners.forEach(UnleashPhaseFlags::tell);
	}

	private Reading evaluate(String flag) {
		String obstacle = this.obstacle.get();
		Reading reading = this.reader.read(flag);
		if (obstacle == null) {
			return reading;
		}
		return new Reading.Silent((reading instanceof Reading.Wanted remembered)
				? "%s; what an earlier run heard, '%s', may be old and is not followed".formatted(obstacle,
						remembered.phase().wireName())
				: obstacle);
	}

	private static void tell(Runnable listener) {
		try {
			listener.run();
		}
		catch (RuntimeException ex) {
			logger.error("A listener of phase flags failed", ex);
		}
	}

	private static void log(String flag, Reading reading) {
		if (reading instanceof Reading.Wanted wanted) {
			logger.info("Flag '%s' says '%s'%s".formatted(flag, wanted.phase().wireName(),
					(wanted.readShare() != null) ? ", read share " + wanted.readShare() + " %" : ""));
		}
		else if (reading instanceof Reading.Silent silent) {
			logger.warn("Flag '%s' is not followed: %s".formatted(flag, silent.reason()));
		}
		else {
			logger.warn("Flag '%s' is switched off".formatted(flag));
		}
	}

}
