package io.migration.phase;

import java.util.List;

/**
 * What moves in a migration without data: requests, and nothing that a step would have to
 * prepare or wait for.
 */
final class SubjectWithoutData implements PhaseSubject {

	@Override
	public boolean hasData() {
		return false;
	}

	@Override
	public void prepare(PhaseStep step, LedgerRecord record) {
	}

	@Override
	public void follow(LedgerRecord record) {
	}

	@Override
	public boolean settled() {
		return true;
	}

	@Override
	public CatchUp catchUp() {
		return () -> true;
	}

	@Override
	public boolean journalEmpty() {
		return true;
	}

	@Override
	public boolean journalingBroken() {
		return false;
	}

	@Override
	public List<Gate> gates() {
		return List.of();
	}

}
