package io.migration.redis;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.lettuce.core.cluster.SlotHash;
import io.migration.Side;
import org.jspecify.annotations.Nullable;

/**
 * What source can run and target cannot: commands that its server does not know, and, on
 * a cluster, commands whose keys do not share a slot.
 */
final class TargetLimits {

	/**
	 * Clients split these themselves on a cluster.
	 */
	private static final Set<String> SPLIT = Set.of("DEL", "UNLINK", "TOUCH", "EXISTS", "MGET", "MSET");

	private final RedisSides sides;

	private volatile @Nullable Set<String> unknown;

	TargetLimits(RedisSides sides) {
		this.sides = sides;
	}

	/**
	 * Learn which commands target does not know.
	 * @param known the commands of the authority
	 * @param target the commands of target
	 */
	void learn(CommandCatalog known, CommandCatalog target) {
		Set<String> missing = new HashSet<>();
		for (CommandCatalog.Entry entry : known.entries()) {
			if (target.find(entry.name()) == null) {
				missing.add(entry.name());
			}
		}
		this.unknown = Set.copyOf(missing);
	}

	boolean learnt() {
		return this.unknown != null;
	}

	/**
	 * Return whether keys of several slots matter.
	 */
	boolean bySlot() {
		return this.sides.cluster(Side.TARGET) && !this.sides.cluster(Side.SOURCE);
	}

	/**
	 * Return whether {@link #obstacle} may find something for such a command.
	 */
	boolean concern(CommandCatalog.Entry entry) {
		return isUnknown(entry) || (bySlot() && (entry.severalKeys() || entry.readsUnnamedKeys()));
	}

	private boolean isUnknown(CommandCatalog.Entry entry) {
		Set<String> missing = this.unknown;
		return missing != null && missing.contains(entry.name());
	}

	/**
	 * Find what keeps target from running a command.
	 * @param entry the command
	 * @param arguments its arguments, the name first
	 * @return the reason, {@code null} if it can
	 */
	@Nullable String obstacle(CommandCatalog.Entry entry, List<byte[]> arguments) {
		if (isUnknown(entry)) {
			return "target's server does not know it";
		}
		if (!bySlot() || SPLIT.contains(entry.name())) {
			return null;
		}
		List<byte[]> keys = entry.keys(arguments, false);
		if (keys == null) {
			return entry.readsUnnamedKeys() ? "a cluster cannot tell which keys it reads" : null;
		}
		return (slots(keys) > 1) ? "its keys fall into several slots of target's cluster" : null;
	}

	static long slots(List<byte[]> keys) {
		return keys.stream().mapToInt(SlotHash::getSlot).distinct().count();
	}

}
