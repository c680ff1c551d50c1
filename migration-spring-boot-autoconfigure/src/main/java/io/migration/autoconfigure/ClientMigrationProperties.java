package io.migration.autoconfigure;

import java.util.List;

import io.migration.client.ClientSettings.Writes;
import io.migration.mirror.MirrorSettings.OnFailure;
import org.jspecify.annotations.Nullable;

/**
 * One migration of any other client.
 */
public class ClientMigrationProperties extends RoutedMigrationProperties {

	private @Nullable String type;

	/**
	 * Name of the bean that leads to the old system; it is decorated in place.
	 */
	private @Nullable String source;

	/**
	 * Name of the bean that leads to the new system; it is no longer injected by type.
	 */
	private @Nullable String target;

	/**
	 * Where writes go in dual-write and read-new: to both sides, source first, or to the
	 * side that a read with the same key goes to.
	 */
	private Writes writes = Writes.BOTH;

	/**
	 * What happens when target fails a write that source has taken, or a read in
	 * read-new: continue with source, or raise an exception.
	 */
	private OnFailure onFailure = OnFailure.CONTINUE;

	/**
	 * Patterns of the names of methods that read. All others write.
	 */
	private List<String> reads = List.of("find*", "get*", "read*", "list*", "count*", "exists*", "is*", "has*",
			"search*", "query*", "load*", "fetch*", "stream*");

	/**
	 * Name of a Comparator bean that says whether two answers agree. Default is equals.
	 */
	private @Nullable String comparator;

	/**
	 * Return the interface that both beans have.
	 * @return the name of the interface, {@code null} if nothing is decorated
	 */
	public @Nullable String getInterface() {
		return this.type;
	}

	public void setInterface(@Nullable String type) {
		this.type = type;
	}

	public @Nullable String getSource() {
		return this.source;
	}

	public void setSource(@Nullable String source) {
		this.source = source;
	}

	public @Nullable String getTarget() {
		return this.target;
	}

	public void setTarget(@Nullable String target) {
		this.target = target;
	}

	public Writes getWrites() {
		return this.writes;
	}

	public void setWrites(Writes writes) {
		this.writes = writes;
	}

	public OnFailure getOnFailure() {
		return this.onFailure;
	}

	public void setOnFailure(OnFailure onFailure) {
		this.onFailure = onFailure;
	}

	public List<String> getReads() {
		return this.reads;
	}

	public void setReads(List<String> reads) {
		this.reads = reads;
	}

	public @Nullable String getComparator() {
		return this.comparator;
	}

	public void setComparator(@Nullable String comparator) {
		this.comparator = comparator;
	}

}
