package io.migration.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class SnapshotTests {

	@ParameterizedTest
	@CsvSource({ "10:20:10;14;15", "5:5:", "1:1:", "7:9:7;8" })
	void textStaysWhatItIs(String text) {
		String snapshot = text.replace(';', ',');
		assertThat(Snapshot.of(snapshot)).hasToString(snapshot);
	}

	@Test
	void coversIsWhatComparingEveryTransactionSays() {
		Random random = new Random(42);
		int covered = 0;
		for (int i = 0; i < 20_000; i++) {
			Snapshot one = random(random);
			Snapshot other = random(random);
			boolean expected = true;
			for (long id = 1; id < 30; id++) {
				expected &= !sees(other, id) || sees(one, id);
			}
			assertThat(one.covers(other)).as("%s covers %s", one, other).isEqualTo(expected);
			covered += expected ? 1 : 0;
		}
		assertThat(covered).isBetween(1_000, 19_000);
	}

	@Test
	void belowABoundNothingElseIsSeen() {
		Random random = new Random(7);
		for (int i = 0; i < 5_000; i++) {
			Snapshot snapshot = random(random);
			long bound = 1 + random.nextInt(25);
			Snapshot below = snapshot.below(bound);
			for (long id = 1; id < 30; id++) {
				assertThat(sees(below, id)).as("%s below %d: %d", snapshot, bound, id)
					.isEqualTo(sees(snapshot, id) && id < bound);
			}
			assertThat(snapshot.covers(below)).isTrue();
		}
	}

	private static boolean sees(Snapshot snapshot, long id) {
		return id < snapshot.xmin() || (id < snapshot.xmax() && !snapshot.underWay().contains(id));
	}

	private static Snapshot random(Random random) {
		long xmax = 1 + random.nextInt(20);
		List<Long> underWay = new ArrayList<>();
		for (long id = Math.max(1, xmax - 6); id < xmax; id++) {
			if (random.nextInt(3) == 0) {
				underWay.add(id);
			}
		}
		return new Snapshot(underWay.isEmpty() ? xmax : underWay.get(0), xmax, underWay);
	}

}
