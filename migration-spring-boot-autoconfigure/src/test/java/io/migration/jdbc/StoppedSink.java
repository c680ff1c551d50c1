package io.migration.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Stands still before its first batch.
 */
final class StoppedSink implements RowSink {

	private final RowSink sink;

	final CountDownLatch reached = new CountDownLatch(1);

	final CountDownLatch goOn = new CountDownLatch(1);

	StoppedSink(RowSink sink) {
		this.sink = sink;
	}

	@Override
	public void open() throws Exception {
		this.sink.open();
	}

	@Override
	public void apply(RowChanges.Batch batch, String position, boolean durable) throws Exception {
		RowChanges.Batch read = (batch instanceof RowChanges.Few) ? batch : read(batch);
		this.reached.countDown();
		this.goOn.await();
		this.sink.apply(read, position, durable);
	}

	private static RowChanges.Batch read(RowChanges.Batch batch) throws Exception {
		List<RowChanges> read = new ArrayList<>();
		batch.forEach(read::add);
		return (taker) -> {
			for (RowChanges changes : read) {
				taker.take(changes);
			}
		};
	}

	@Override
	public void close() {
		this.sink.close();
	}

}
