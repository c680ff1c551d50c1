package io.migration.unleash;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.greaterThan;

class SdkExecutorTests {

	private final SdkExecutor executor = new SdkExecutor("sdk-executor-test");

	@AfterEach
	void stop() {
		this.executor.shutdownNow();
	}

	@Test
	void aTaskThatFailsRunsAgain() {
		AtomicInteger runs = new AtomicInteger();
		this.executor.setInterval(() -> {
			runs.incrementAndGet();
			throw new IllegalStateException("planned");
		}, 0, 1);
		await().untilAtomic(runs, greaterThan(1));
	}

	@Test
	void whatATaskTellsIsToldBeforeTheNextTaskThoughThatIsDue() {
		List<String> order = new CopyOnWriteArrayList<>();
		CountDownLatch nextIsDue = new CountDownLatch(1);
		this.executor.scheduleOnce(() -> {
			awaitLatch(nextIsDue);
			this.executor.scheduleOnce(() -> order.add("told"));
		});
		this.executor.scheduleOnce(() -> order.add("next"));
		nextIsDue.countDown();
		await().until(() -> order.size() == 2);
		assertThat(order).containsExactly("told", "next");
	}

	@Test
	void eventsFromOutsideAreDroppedWhenTooManyWait() {
		CountDownLatch latch = new CountDownLatch(1);
		AtomicInteger runs = new AtomicInteger();
		this.executor.scheduleOnce(() -> awaitLatch(latch));
		Future<Void> last = this.executor.scheduleOnce(runs::incrementAndGet);
		for (int i = 0; i < 5000; i++) {
			last = this.executor.scheduleOnce(runs::incrementAndGet);
		}
		assertThat(last).isCancelled();
		latch.countDown();
		CountDownLatch drained = new CountDownLatch(1);
		await().until(() -> !this.executor.scheduleOnce(drained::countDown).isCancelled());
		awaitLatch(drained);
		assertThat(runs.get()).isBetween(1, 1000);
	}

	@Test
	void afterShutdownTasksAreDropped() {
		this.executor.shutdown();
		assertThat(this.executor.scheduleOnce(() -> {
		})).isCancelled();
	}

	private static void awaitLatch(CountDownLatch latch) {
		try {
			latch.await(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
