package io.migration.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import javax.sql.DataSource;

import io.migration.Migration;
import io.migration.MigrationException;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.StepRefusedException;
import io.migration.mirror.BackgroundWork;
import io.migration.mirror.Comparisons;
import io.migration.mirror.JournalStatus;
import io.migration.mirror.MirrorGates;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.MirrorSettings;
import io.migration.mirror.MirroredMigration;
import io.migration.mirror.Relay;
import io.migration.phase.CurrentPhase;
import io.migration.phase.Gate;
import io.migration.phase.GateStatus;
import io.migration.phase.LedgerRecord;
import io.migration.phase.LedgerUnavailableException;
import io.migration.phase.PhaseChange;
import io.migration.phase.PhaseControl;
import io.migration.phase.PhaseFlags;
import io.migration.phase.PhaseGates;
import io.migration.phase.PhaseStep;
import io.migration.phase.PhaseSubject;
import io.migration.phase.Stage;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * One migration of a database: its two sides, the relay that runs under the present
 * authority, and what a step needs from the databases.
 */
public final class JdbcMigration implements PhaseSubject, MirroredMigration, AutoCloseable {

	private static final Log logger = LogFactory.getLog(JdbcMigration.class);

	private static final Duration MONITOR = Duration.ofMillis(500);

	private static final Duration SCHEMA_CHECK = Duration.ofSeconds(30);

	/** While the relay waits for the schemas to fit. */
	private static final Duration SCHEMA_RECHECK = Duration.ofSeconds(2);

	private static final long COUNTED_EXACTLY = 10_000;

	private final JdbcMigrationSettings settings;

	private final JdbcPools pools;

	private final MirrorObserver observer;

	private final ThreadFactory threads;

	private final String instance = UUID.randomUUID().toString().substring(0, 8);

	private final Map<Side, JdbcSide> sides = new EnumMap<>(Side.class);

	private final Map<Side, Relaying> relaying = new EnumMap<>(Side.class);

	/** Seen last, by the authority that they belong to; the monitor's alone. */
	private final JdbcSchemas schemas;

	private final JdbcPreparation preparation;

	private final TargetReconciliation reconciliation;

	private final JournalAge age = new JournalAge();

	private final Comparisons comparisons;

	private final BackgroundWork background;

	private final ReadComparison comparison;

	private final CurrentPhase phase = new CurrentPhase();

	private final DataSourceRouting.Shared routing;

	private final PhaseControl control;

	private @Nullable Side sealed;

	private volatile boolean captureToRemove;

	private volatile boolean journalingBroken;

	/** Whether there may be triggers in off. */
	private volatile boolean captureLeft;

	private final Object capturing = new Object();

	private volatile boolean unchecked;

	private volatile boolean targetSchemaDue = true;

	private volatile Collection<String> outsideWriters = List.of();

	private volatile boolean stopped = true;

	private volatile @Nullable Thread monitor;

	private volatile JournalStatus journal = JournalStatus.UNKNOWN;

	private volatile @Nullable LastPosition lastPosition;

	private volatile CopyState copied = CopyState.RECONCILE;

	private JdbcMigration(JdbcMigrationSettings settings, JdbcPools pools, List<RowTransformer> transformers,
			Consumer<DataSource> targetSchema, @Nullable PhaseFlags flags, MirrorObserver observer,
			BiConsumer<PhaseControl, PhaseChange> listener, ThreadFactory threads) {
		this.settings = settings;
		this.pools = pools;
		this.observer = observer;
		this.threads = threads;
		String name = settings.phase().name();
		for (Side side : Side.values()) {
			this.sides.put(side, JdbcSide.of(name, pools, side));
		}
		this.schemas = new JdbcSchemas(name, side(Side.SOURCE), side(Side.TARGET), settings.tables());
		for (Side side : Side.values()) {
			this.relaying.put(side,
					Relaying.from(side(side), side(side.other()), name, this.instance, settings.acknowledge(),
							settings.mirror().timeout(), transformers, new Journaled(), observer, threads));
		}
		this.comparisons = new Comparisons(observer);
		this.background = new BackgroundWork(threads, 2, 256, observer);
		this.preparation = new JdbcPreparation(settings, side(Side.SOURCE), side(Side.TARGET), this.schemas, pools,
				targetSchema);
		this.reconciliation = new TargetReconciliation(side(Side.SOURCE), side(Side.TARGET),
				relaying(Side.SOURCE).journal(), this.background, this.comparisons);
		this.comparison = new ReadComparison(name, pools.own(Side.SOURCE), pools.targetReads(), this.comparisons,
				this.background, settings.mirror().sampleRate(), settings.mirror().timeout(), this::relayPasses,
				this::copyComplete, this::circuitOpen);
		this.routing = new DataSourceRouting.Shared(this.phase, new SqlKinds(this::volatileFunctions));
		this.control = new PhaseControl(settings.phase(), ledger(Side.SOURCE), () -> ledger(Side.TARGET), this, gates(),
				flags, this.phase, listener, Clock.systemUTC());
	}

	/**
	 * Create a migration. Connects to nothing yet.
	 * @param settings its settings
	 * @param pools its connection pools
	 * @param transformers change rows on their way
	 * @param targetSchema brings the schema of target up to date, where that is asked
	 * for; called before the step into shadow, and after a start in a later phase
	 * @param flags the flag service, {@code null} if none is configured
	 * @param observer told what happens
	 * @param listener told after this instance entered a phase
	 * @param threads creates its threads
	 * @return the migration
	 */
	public static JdbcMigration create(JdbcMigrationSettings settings, JdbcPools pools,
			List<RowTransformer> transformers, Consumer<DataSource> targetSchema, @Nullable PhaseFlags flags,
			MirrorObserver observer, BiConsumer<PhaseControl, PhaseChange> listener, ThreadFactory threads) {
		return new JdbcMigration(settings, pools, transformers, targetSchema, flags, observer, listener, threads);
	}

	private JdbcLedger ledger(Side side) {
		return new JdbcLedger(name(), side(side).dataSource(), this.settings.initializeSchema());
	}

	private JdbcSide side(Side side) {
		JdbcSide one = this.sides.get(side);
		if (one == null) {
			throw new IllegalStateException("nothing for " + side);
		}
		return one;
	}

	private Relaying relaying(Side authority) {
		Relaying one = this.relaying.get(authority);
		if (one == null) {
			throw new IllegalStateException("no relay from " + authority);
		}
		return one;
	}

	private String name() {
		return this.settings.phase().name();
	}

	/**
	 * Return what the application gets instead of its own {@code DataSource}. May be
	 * called for several beans that lead to one database.
	 * @param original the application's own
	 * @return the decorated one
	 */
	public DataSource decorate(DataSource original) {
		return new MigratingDataSource(original, new DataSourceRouting(this, this.routing, original));
	}

	/**
	 * Say which other beans reach source past the decoration.
	 * @param beanNames their names
	 */
	public void outsideWriters(Collection<String> beanNames) {
		this.outsideWriters = List.copyOf(beanNames);
	}

	/**
	 * Start walking and relaying in the background.
	 */
	public void start() {
		if (this.stopped) {
			this.stopped = false;
			this.control.start(this.threads);
			Thread started = this.threads.newThread(this::monitor);
			this.monitor = started;
			started.start();
		}
	}

	/**
	 * Stop. The pools stay open: the application may still work off what it has begun.
	 */
	public void stop() {
		if (this.stopped) {
			return;
		}
		this.stopped = true;
		this.control.stop();
		Thread running = this.monitor;
		this.monitor = null;
		if (running != null) {
			running.interrupt();
			try {
				running.join(TimeUnit.SECONDS.toMillis(10));
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
		this.relaying.values().forEach((one) -> one.relay().stop());
	}

	/**
	 * Stop, and close every connection.
	 */
	@Override
	public void close() {
		stop();
		this.background.close();
		this.pools.close();
	}

	/**
	 * Return whether it runs.
	 * @return whether it was started
	 */
	public boolean running() {
		return !this.stopped;
	}

	void join() throws SQLException {
		if (this.control.joined()) {
			return;
		}
		try {
			this.control.join();
		}
		catch (MigrationException ex) {
			throw unknown(ex);
		}
	}

	/**
	 * Return whether the application still starts, and this migration has no ledger: then
	 * it is in off, and tables of ours must not be there before those that a migration
	 * tool creates, which would take the schema for somebody else's.
	 */
	boolean waitsForItsLedger() throws SQLException {
		if (!this.stopped || this.control.joined()) {
			return false;
		}
		try {
			return this.control.begins();
		}
		catch (MigrationException ex) {
			throw unknown(ex);
		}
	}

	private SQLException unknown(MigrationException ex) {
		return new SQLException("The phase of migration '%s' is not known yet: %s".formatted(name(), ex.getMessage()),
				"08001", ex);
	}

	JdbcMigrationSettings jdbcSettings() {
		return this.settings;
	}

	JdbcPools pools() {
		return this.pools;
	}

	MirrorObserver observer() {
		return this.observer;
	}

	Relay relay(Side authority) {
		return relaying(authority).relay();
	}

	/**
	 * Return whether this instance is the one that relays.
	 * @return whether it holds the relay's lease
	 */
	boolean holdsTheRelay() {
		return relaying(this.control.authority()).lease().held();
	}

	boolean capturesTruncate(Side authority) {
		return side(authority).dialect() == SqlDialect.POSTGRESQL;
	}

	boolean samples() {
		return this.comparison.wants();
	}

	void compare(RecordedQuery query) {
		this.comparison.compare(query);
	}

	private Set<String> volatileFunctions() {
		JdbcSchemas.Reading last = this.schemas.last();
		return (last != null) ? last.functions() : Set.of();
	}

	@Override
	public void prepare(PhaseStep step, LedgerRecord record) {
		if (!step.forward() && step.movesAuthority() && !this.settings.reversible()) {
			throw new StepRefusedException(name(),
					"writes on target are not journaled (cutover.reversible=false), there is no way back");
		}
		synchronized (this.capturing) {
			this.preparation.prepare(step, record);
		}
		if (step.to() == MigrationPhase.SHADOW && step.forward()) {

			this.copied = asked(Side.SOURCE, (connection) -> side(Side.SOURCE).relayRow().copied(connection));
		}
	}

	@Override
	public void follow(LedgerRecord record) {
		Side authority = record.authority();
		if (!record.phase().journals()) {
			this.relaying.values().forEach((one) -> one.relay().stop());
			this.captureToRemove = true;
			this.journal = JournalStatus.EMPTY;
			// what was complete is not any more when journaling begins again
			this.copied = CopyState.RECONCILE;
			return;
		}
		this.captureToRemove = false;
		this.captureLeft = false;
		this.unchecked = true;
		relay(authority.other()).stop();
		if (authority == Side.SOURCE || this.settings.reversible()) {
			relay(authority).start(this.threads);
			relay(authority).hurry(record.stage() != Stage.OPEN);
		}
		unseal(record);
	}

	/**
	 * The swap is over. If authority has moved, the ledger says so beside the lease, and
	 * keeps relays of the old direction from beginning.
	 */
	private void unseal(LedgerRecord record) {
		Side sealed = this.sealed;
		if (sealed == null || record.stage() == Stage.SWAPPING) {
			return;
		}
		this.sealed = null;
		try {
			side(sealed).ask((connection) -> {
				side(sealed).relayRow().release(connection, seal());
				return true;
			});
		}
		catch (SQLException ex) {
			logger.debug("Migration '%s': the relay's seal runs out by itself".formatted(name()), ex);
		}
	}

	private String seal() {
		return "sealed by " + this.instance;
	}

	@Override
	public boolean settled() {
		if (this.captureToRemove) {
			this.captureToRemove = false;
			synchronized (this.capturing) {
				removeCapture(Side.SOURCE);
				removeCapture(Side.TARGET);
			}
		}
		return true;
	}

	/**
	 * In off nothing is journaled. What cannot be removed now costs, but does no harm,
	 * and is removed at the next start in off.
	 */
	private void removeCapture(Side from) {
		try {
			JdbcSide side = side(from);
			JdbcSchemas.Reading last = this.schemas.last();
			List<Table> tables;
			if (from == Side.SOURCE) {
				tables = side
					.ask((connection) -> SchemaReader.read(connection, side.dialect(), this.settings.tables()));
			}
			else if (last != null) {
				tables = last.on(Side.TARGET);
			}
			else {
				return;
			}
			side.ask((connection) -> {
				List<Table> journaled = new ArrayList<>();
				for (Table table : tables) {
					if (hasJournal(connection, side.dialect(), table)) {
						journaled.add(table);
					}
				}
				Capture.of(side.dialect()).remove(connection, journaled);
				return true;
			});
		}
		catch (SQLException | MigrationException ex) {
			logger.warn("Migration '%s': the triggers on %s could not be removed, and will be later: %s"
				.formatted(name(), from.wireName(), ex.getMessage()));
		}
	}

	private static boolean hasJournal(Connection connection, SqlDialect dialect, Table table) throws SQLException {
		TableName journal = Capture.journal(table);
		boolean catalog = dialect == SqlDialect.MYSQL;
		try (ResultSet results = connection.getMetaData()
			.getTables(catalog ? journal.schema() : null, catalog ? null : journal.schema(), journal.name(), null)) {
			return results.next();
		}
	}

	@Override
	public CatchUp catchUp() {
		Side authority = this.control.authority();
		Journal journal = relaying(authority).journal();
		String end = asked(authority, (connection) -> journal.end(connection, this.schemas.get()));
		return () -> {
			String position = position(authority);
			return asked(authority, (connection) -> journal.passed(connection, this.schemas.get(), end, position));
		};
	}

	private @Nullable String position(Side authority) {
		JdbcSide other = side(authority.other());
		return asked(authority.other(), (connection) -> Optional.ofNullable(other.relayRow().position(connection)))
			.orElse(null);
	}

	private <T extends @Nullable Object> T asked(Side side, JdbcSide.Question<T> question) {
		try {
			return side(side).ask(question);
		}
		catch (SQLException ex) {
			throw new LedgerUnavailableException(name(),
					"%s does not answer: %s".formatted(side.wireName(), ex.getMessage()), ex);
		}
	}

	/**
	 * Once the journal is empty, no relay of this direction may write any more: not ours,
	 * not that of an instance that was counted out. The seal keeps each from beginning,
	 * the raised token undoes what had begun; then the journal is looked at again. What
	 * numbers the incoming side hands out must not be those that the outgoing side has
	 * handed out.
	 */
	@Override
	public boolean journalEmpty() {
		Side authority = this.control.authority();
		boolean mirrored = authority == Side.SOURCE || this.settings.reversible();
		if (mirrored && !journalEmpty(authority)) {
			return false;
		}
		this.sealed = authority;
		asked(authority, (connection) -> {
			side(authority).relayRow().seal(connection, seal(), this.settings.maxPark());
			return true;
		});
		relay(authority).stop();
		asked(authority.other(), (connection) -> {
			side(authority.other()).relayRow().ensure(connection);
			return side(authority.other()).relayRow().raise(connection);
		});
		if (mirrored && !journalEmpty(authority)) {
			return false;
		}
		advanceSequences(authority);
		return true;
	}

	private boolean journalEmpty(Side authority) {
		String position = position(authority);
		return asked(authority,
				(connection) -> relaying(authority).journal().depth(connection, this.schemas.get(), position, 1)) == 0;
	}

	private void advanceSequences(Side outgoing) {
		JdbcSide from = side(outgoing);
		JdbcSide to = side(outgoing.other());
		asked(outgoing, (fromConnection) -> asked(outgoing.other(), (toConnection) -> {
			Sequences.run(toConnection, Sequences.advance(fromConnection, from.dialect(), toConnection, to.dialect(),
					this.schemas.get(), outgoing));
			return true;
		}));
	}

	@Override
	public boolean journalingBroken() {
		boolean broken = this.journalingBroken;
		this.journalingBroken = false;
		return broken;
	}

	@Override
	public List<Gate> gates() {
		JdbcMigrationSettings.Gates wanted = this.settings.gates();
		List<Gate> gates = MirrorGates.statistical(wanted.minTimeInPhase(), wanted.minComparisons(),
				wanted.maxMismatchRate(), wanted.maxErrorRate(), this.comparisons);
		if (wanted.journal() != null) {
			gates.add(MirrorGates.journal(wanted.journal(), this::journal));
		}
		if (wanted.schema()) {
			gates.add(Gate.of("schema", (step) -> step.from().journals(), false, (record) -> {
				JdbcSchemas.Reading last = this.schemas.last();
				String actual = (last == null) ? "unknown" : last.differences().isEmpty() ? "equal" : last.text();
				return new Gate.Reading("equal", actual, actual.equals("equal"));
			}));
		}
		if (wanted.outsideWriters()) {
			gates.add(Gate.of("outside-writers", PhaseStep::movesAuthority, false,
					(record) -> new Gate.Reading("none",
							this.outsideWriters.isEmpty() ? "none" : String.join(", ", this.outsideWriters),
							this.outsideWriters.isEmpty())));
		}
		if (wanted.ttl() != null) {
			gates.add(onceReconciled(PhaseGates.ttl(wanted.ttl(), Clock.systemUTC())));
		}
		else if (wanted.backfill()) {
			gates.add(MirrorGates.backfill(this::backfillState));
		}
		if (wanted.verification()) {
			gates.add(MirrorGates.verification("clean", () -> "not-started"));
		}
		gates.add(PhaseGates.readShare(() -> this.control.readShare()));
		return gates;
	}

	/**
	 * Hold a gate until target holds nothing that source lacks.
	 */
	private Gate onceReconciled(Gate gate) {
		return Gate.of(gate.name(), gate::guards, gate.skippable(), (record) -> {
			Gate.Reading reading = gate.read(record);
			return !this.copied.reconciles() ? reading : new Gate.Reading(reading.required(),
					"%s, and target is still being brought to what source has".formatted(reading.actual()), false);
		});
	}

	private String backfillState() {
		return (this.copied == CopyState.COMPLETE) ? "complete" : "not-started";
	}

	/**
	 * Return whether a row that target lacks is a mismatch.
	 */
	private boolean copyComplete() {
		if (this.copied == CopyState.COMPLETE) {
			return true;
		}
		return this.settings.gates().ttl() != null && !this.copied.reconciles()
				&& this.control.gates().stream().filter((gate) -> gate.gate().equals("ttl")).allMatch(GateStatus::met);
	}

	/**
	 * Wait until the relay has passed what is journaled now.
	 */
	private boolean relayPasses(Duration longest) throws InterruptedException {
		CatchUp end = catchUp();
		long deadline = System.nanoTime() + longest.toNanos();
		while (!end.reached()) {
			if (System.nanoTime() > deadline) {
				return false;
			}
			TimeUnit.MILLISECONDS.sleep(10);
		}
		return true;
	}

	private void monitor() {
		long schemaChecked = System.nanoTime();
		while (!this.stopped) {
			try {
				// while writers are parked phase control looks at the journal, and
				// nothing may slow it down
				if (this.control.phase().journals() && !this.phase.get().parksWrites()) {
					if (this.unchecked || System.nanoTime() - schemaChecked > schemaPause().toNanos()) {
						this.unchecked = false;
						schemaChecked = System.nanoTime();
						updateTargetSchema();
						checkSchemas();
					}
					look();
				}
				else if (this.captureLeft) {
					removeWhatIsLeft();
				}
			}
			catch (SQLException | RuntimeException ex) {
				logger.debug("Migration '%s': the journal cannot be looked at".formatted(name()), ex);
				this.journal = JournalStatus.UNKNOWN;
			}
			try {
				TimeUnit.NANOSECONDS.sleep(MONITOR.toNanos());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return;
			}
		}
	}

	/**
	 * The step that triggers were made for is not wanted any more, or they were made anew
	 * while the step back to off removed them.
	 */
	private void removeWhatIsLeft() {
		// a step that makes them is not steady, or waits until they are removed
		synchronized (this.capturing) {
			if (this.control.phase() == MigrationPhase.OFF && this.control.state() == Migration.State.STEADY) {
				this.captureLeft = false;
				removeCapture(Side.SOURCE);
			}
		}
	}

	private void look() throws SQLException {
		Side authority = this.control.authority();
		this.copied = side(Side.SOURCE).ask((connection) -> side(Side.SOURCE).relayRow().copied(connection));
		if (this.copied == CopyState.SUSPENDED) {
			this.journal = JournalStatus.UNKNOWN;
			resumeJournaling();
			return;
		}
		Journal present = relaying(authority).journal();
		List<MirroredTable> tables = this.schemas.get();
		String position = lastPosition(authority);
		long most = Math.max(COUNTED_EXACTLY, this.settings.mirror().journalMaxSize()) + 1;
		long now = System.nanoTime();
		this.journal = side(authority).ask((connection) -> {
			long depth = present.depth(connection, tables, position, most);
			Duration age = this.age.look(now, depth, present.end(connection, tables),
					(end) -> present.passed(connection, tables, end, position));
			return new JournalStatus(depth, age);
		});
		boolean inCharge = relaying(authority).lease().held();
		if (this.control.phase() == MigrationPhase.SHADOW && inCharge
				&& this.journal.depth() > this.settings.mirror().journalMaxSize()) {
			suspendJournaling();
		}
		else if (authority == Side.SOURCE && inCharge) {
			this.reconciliation.goOn(tables, this.copied);
		}
	}

	/**
	 * Return the position, or the last one known: while the other side is away the
	 * journal grows, and that is when somebody has to look at it.
	 */
	private @Nullable String lastPosition(Side authority) {
		LastPosition last = this.lastPosition;
		try {
			last = new LastPosition(authority, position(authority));
			this.lastPosition = last;
		}
		catch (LedgerUnavailableException ex) {
			logger.debug(
					"Migration '%s': %s does not tell its position".formatted(name(), authority.other().wireName()),
					ex);
		}
		return (last != null && last.authority() == authority) ? last.position() : null;
	}

	/**
	 * In shadow a journal that has become too long stops growing: source's disk is worth
	 * more than the copy.
	 */
	private void suspendJournaling() throws SQLException {
		logger.warn(
				"Migration '%s': the journal holds more than %d entries; journaling stops until the relay can work again, backfill is stale"
					.formatted(name(), this.settings.mirror().journalMaxSize()));
		copied(CopyState.SUSPENDED);
		this.journalingBroken = true;
		removeCapture(Side.SOURCE);
	}

	/**
	 * The relay looks at no table meanwhile, but opens both sides.
	 */
	private void resumeJournaling() throws SQLException {
		Relaying source = relaying(Side.SOURCE);
		if (!source.lease().held() || source.relay().problem() != null || source.relay().broken()) {
			return;
		}
		List<Table> tables = this.schemas.refresh().on(Side.SOURCE);
		this.captureLeft = true;
		side(Side.SOURCE).ask((connection) -> {
			Capture.of(side(Side.SOURCE).dialect()).install(connection, tables);
			return true;
		});
		this.journalingBroken = true;
		copied(CopyState.RECONCILE);
		logger.info("Migration '%s': journaling begins again".formatted(name()));
	}

	private boolean suspended() throws SQLException {
		return side(Side.SOURCE)
			.ask((connection) -> side(Side.SOURCE).relayRow().copied(connection)) == CopyState.SUSPENDED;
	}

	private void copied(CopyState state) throws SQLException {
		this.copied = state;
		side(Side.SOURCE).ask((connection) -> {
			side(Side.SOURCE).relayRow().copied(connection, state);
			return true;
		});
	}

	private Duration schemaPause() {
		JdbcSchemas.Reading last = this.schemas.last();
		return (last == null || last.differences().isEmpty()) ? SCHEMA_CHECK : SCHEMA_RECHECK;
	}

	/**
	 * A new version of the application has brought source's schema up to date when it
	 * started; target's follows.
	 */
	private void updateTargetSchema() {
		if (!this.targetSchemaDue) {
			return;
		}
		try {
			this.preparation.updateTargetSchema();
			this.targetSchemaDue = false;
		}
		catch (StepRefusedException ex) {
			logger.warn(ex.getMessage());
		}
	}

	/**
	 * Compare schemas and look for the triggers at the next opportunity, instead of when
	 * it is time to.
	 */
	void checkSoon() {
		this.unchecked = true;
	}

	private void checkSchemas() throws SQLException {
		JdbcSchemas.Reading before = this.schemas.last();
		JdbcSchemas.Reading read = this.schemas.refresh();
		if (!read.differences().isEmpty() && (before == null || before.differences().isEmpty())) {
			logger.warn("Migration '%s': the tables of the sides do not fit any more, the relay waits: %s"
				.formatted(name(), read.text()));
		}
		Side authority = this.control.authority();
		if (authority == Side.TARGET ? !this.settings.reversible() : suspended()) {
			return;
		}
		synchronized (this.capturing) {
			// a step to off removes them, or has done so meanwhile
			if (!this.captureToRemove && this.control.phase().journals()) {
				mendCapture(authority, read.on(authority));
			}
		}
	}

	private void mendCapture(Side authority, List<Table> tables) throws SQLException {
		Capture capture = Capture.of(side(authority).dialect());
		List<Table> missing = side(authority).ask((connection) -> capture.missing(connection, tables));
		if (!missing.isEmpty()) {
			logger.warn("Migration '%s': writes of %s were not journaled: triggers are missing. They are made anew"
				.formatted(name(), missing.stream().map((table) -> table.name().toString()).toList()));
			this.journalingBroken = true;
			copied(CopyState.RECONCILE);
			this.captureLeft = true;
			side(authority).ask((connection) -> {
				capture.install(connection, missing);
				return true;
			});
			// once more: what was written before they were there has no entry
			copied(CopyState.RECONCILE);
		}
	}

	@Override
	public PhaseControl control() {
		return this.control;
	}

	@Override
	public MirrorSettings settings() {
		return this.settings.mirror();
	}

	@Override
	public Comparisons comparisons() {
		return this.comparisons;
	}

	@Override
	public JournalStatus journal() {
		return this.journal;
	}

	@Override
	public @Nullable String relayProblem() {
		return relay(this.control.authority()).problem();
	}

	@Override
	public boolean circuitOpen() {
		return relay(this.control.authority()).broken();
	}

	@Override
	public int waitingWriters() {
		return relay(this.control.authority()).waiting();
	}

	@Override
	public int parkedWriters() {
		return this.routing.parked();
	}

	@Override
	public long shed() {
		return this.background.shed();
	}

	@Override
	public long unsupported() {
		return 0;
	}

	@Override
	public Map<String, Long> unsupportedCommands() {
		return Map.of();
	}

	@Override
	public String toString() {
		return "migration '%s' of a database".formatted(name());
	}

	private record LastPosition(Side authority, @Nullable String position) {

	}

	/**
	 * The tables that the relay looks at: none while nothing is journaled.
	 */
	private final class Journaled implements MirroredTables {

		@Override
		public List<MirroredTable> get() {
			return (JdbcMigration.this.copied == CopyState.SUSPENDED) ? List.of() : JdbcMigration.this.schemas.get();
		}

		@Override
		public void changed() {
			JdbcMigration.this.schemas.changed();
		}

	}

	/**
	 * How long the oldest entry has waited. Entries have no time; but what stood at the
	 * end of the journal some time ago is either passed, or has waited for so long.
	 */
	private static final class JournalAge {

		private static final int MOST = 200;

		private final Deque<Moment> moments = new ArrayDeque<>();

		Duration look(long now, long depth, String end, Passed passed) throws SQLException {
			while (!this.moments.isEmpty() && (depth == 0 || passed.passed(this.moments.getFirst().end()))) {
				this.moments.removeFirst();
			}
			if (depth > 0 && this.moments.size() < MOST) {
				this.moments.addLast(new Moment(now, end));
			}
			return this.moments.isEmpty() ? Duration.ZERO : Duration.ofNanos(now - this.moments.getFirst().nanos());
		}

		private record Moment(long nanos, String end) {

		}

		private interface Passed {

			boolean passed(String end) throws SQLException;

		}

	}

}
