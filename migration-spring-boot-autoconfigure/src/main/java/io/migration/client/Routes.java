package io.migration.client;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

import io.migration.MigrationPhase;
import io.migration.MigrationPhase.Reads;
import io.migration.Side;
import io.migration.client.ClientSettings.Writes;
import io.migration.mirror.MirrorSettings.OnFailure;
import io.migration.mirror.RoutedMigration;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;

/**
 * Where the calls of one migration go, by the rules that they are pinned to.
 */
final class Routes {

	private final RoutedMigration migration;

	private final ClientSettings settings;

	private final SecondWrites secondWrites;

	Routes(RoutedMigration migration, ClientSettings settings) {
		this.migration = migration;
		this.settings = settings;
		this.secondWrites = new SecondWrites(migration, settings.onFailure());
	}

	PinnedPhase rules() {
		return this.migration.rules();
	}

	/**
	 * Return whether source is called and nothing else happens.
	 */
	static boolean off(PinnedPhase rules) {
		return rules.phase() == MigrationPhase.OFF;
	}

	/**
	 * Return the side that answers a read, or takes a write that goes to one side.
	 */
	Side side(PinnedPhase rules, ClientCall call) {
		return this.migration.answers(rules, (rules.reads() == Reads.SHARED) ? hash(call.key()) : 0);
	}

	/**
	 * Return the side that takes a write, first or alone.
	 */
	Side writes(PinnedPhase rules, ClientCall call) {
		return (this.settings.writes() == Writes.ROUTE) ? side(rules, call) : rules.authority();
	}

	boolean writesBoth(PinnedPhase rules) {
		return this.settings.writes() == Writes.BOTH && this.migration.repeats(rules);
	}

	/**
	 * Return whether source answers a read that this side has failed. Only where source
	 * has every write.
	 */
	boolean fallsBack(PinnedPhase rules, Side side) {
		return side == Side.TARGET && rules.reads() == Reads.SHARED && this.settings.onFailure() == OnFailure.CONTINUE
				&& this.settings.writes() == Writes.BOTH;
	}

	void answered(PinnedPhase rules, boolean write, Side side, boolean success, long began) {
		this.migration.answered(rules, write, side, success, System.nanoTime() - began);
	}

	boolean samples(PinnedPhase rules) {
		return this.migration.samples(rules);
	}

	void compare(ReadComparison comparison) {
		this.migration.compare(comparison);
	}

	SecondWrites secondWrites() {
		return this.secondWrites;
	}

	/**
	 * Return what every instance makes of a key. The hash code of an array or an enum is
	 * another one in each of them.
	 */
	private static int hash(@Nullable Object key) {
		if (key == null) {
			return ThreadLocalRandom.current().nextInt();
		}
		if (key instanceof Enum<?> constant) {
			return constant.name().hashCode();
		}
		return key.getClass().isArray() ? Arrays.deepHashCode(new Object[] { key }) : key.hashCode();
	}

	@Override
	public String toString() {
		return "migration '%s'".formatted(this.migration.control().name());
	}

}
