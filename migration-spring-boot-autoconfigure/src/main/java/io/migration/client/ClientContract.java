package io.migration.client;

import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The interface that both beans of a migration have.
 *
 * @param type the interface
 * @param reads patterns of the names of methods that read; all others write
 * @param comparator says whether two answers agree, {@code null} for {@code equals}
 */
public record ClientContract(Class<?> type, List<String> reads, @Nullable Comparator<?> comparator) {

}
