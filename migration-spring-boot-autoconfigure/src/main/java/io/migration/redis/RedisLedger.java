package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.phase.DesiredPhase;
import io.migration.phase.FleetInstance;
import io.migration.phase.Ledger;
import io.migration.phase.LedgerRecord;
import io.migration.phase.LedgerUnavailableException;
import io.migration.phase.PhaseChange;
import io.migration.phase.Stage;
import org.jspecify.annotations.Nullable;

/**
 * A ledger on Redis: a hash for the record, one for the instances, a list for the
 * history. Changes are Lua scripts, so each is atomic; all keys share one slot. Time is
 * the server's.
 */
final class RedisLedger implements Ledger {

	private static final int HISTORY_KEPT = 1000;

	/**
	 * A full server must be able to say which phase it is, and to let authority move away
	 * from it.
	 */
	static final String ALLOW_OOM = "#!lua flags=allow-oom\n";

	private static final String NOW = ALLOW_OOM
			+ "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) ";

	/**
	 * Registers, then reads, in one script: whoever changes the record afterwards sees
	 * the instance, whoever changed it before is seen.
	 */
	private static final byte[] JOIN = RedisKeys.bytes(NOW + """
			if redis.call('EXISTS', KEYS[1]) == 0 then
			  redis.call('HSET', KEYS[1], unpack(ARGV, 4))
			end
			redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. '|' .. ARGV[3] .. '|' .. now)
			return redis.call('HGETALL', KEYS[1])
			""");

	private static final byte[] COMPARE_AND_SET = RedisKeys.bytes(ALLOW_OOM + """
			if redis.call('HGET', KEYS[1], 'revision') ~= ARGV[1] then return 0 end
			redis.call('DEL', KEYS[1])
			redis.call('HSET', KEYS[1], unpack(ARGV, 4))
			if ARGV[2] ~= '' then
			  redis.call('LPUSH', KEYS[2], ARGV[2])
			  redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[3]) - 1)
			end
			return 1
			""");

	private static final byte[] INSTALL = RedisKeys.bytes(ALLOW_OOM + """
			local present = redis.call('HGET', KEYS[1], 'epoch')
			if present and tonumber(present) >= tonumber(ARGV[1]) then return 0 end
			local fields = tonumber(ARGV[2])
			redis.call('DEL', KEYS[1], KEYS[2])
			redis.call('HSET', KEYS[1], unpack(ARGV, 3, 2 + fields))
			for i = 3 + fields, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[i]) end
			return 1
			""");

	private static final byte[] HEARTBEAT = RedisKeys
		.bytes(NOW + "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. '|' .. ARGV[3] .. '|' .. now) return 1");

	private static final byte[] INSTANCES = RedisKeys
		.bytes(NOW + "local all = redis.call('HGETALL', KEYS[1]) all[#all + 1] = tostring(now) return all");

	private final String migration;

	private final RedisKeys keys;

	private final PlainConnection connection;

	RedisLedger(String migration, PlainConnection connection) {
		this.migration = migration;
		this.keys = new RedisKeys(migration);
		this.connection = connection;
	}

	private <T> T ask(Function<RedisClusterCommands<byte[], byte[]>, T> question) {
		try {
			return question.apply(this.connection.commands());
		}
		catch (RedisException ex) {
			throw new LedgerUnavailableException(this.migration,
					"the ledger on %s does not answer (%s); the phase stays as it is until it does"
						.formatted(this.connection.address(), ex.getMessage()),
					ex);
		}
	}

	@Override
	public @Nullable LedgerRecord read() {
		Map<String, String> fields = ask((redis) -> texts(redis.hgetall(this.keys.ledger())));
		return fields.isEmpty() ? null : record(fields);
	}

	@Override
	public LedgerRecord join(FleetInstance instance, LedgerRecord first) {
		List<byte[]> arguments = new ArrayList<>(
				List.of(bytes(instance.id()), bytes(instance.host()), bytes(String.valueOf(instance.applied()))));
		arguments.addAll(fields(first));
		List<byte[]> flat = ask((redis) -> redis.eval(JOIN, ScriptOutputType.MULTI,
				new byte[][] { this.keys.ledger(), this.keys.instances() }, arguments.toArray(byte[][]::new)));
		return record(pairs(flat));
	}

	@Override
	public boolean compareAndSet(long expectedRevision, LedgerRecord next, @Nullable PhaseChange change) {
		List<byte[]> arguments = new ArrayList<>(List.of(bytes(String.valueOf(expectedRevision)),
				bytes((change != null) ? line(change) : ""), bytes(String.valueOf(HISTORY_KEPT))));
		arguments.addAll(fields(next));
		Long changed = ask((redis) -> redis.eval(COMPARE_AND_SET, ScriptOutputType.INTEGER,
				new byte[][] { this.keys.ledger(), this.keys.history() }, arguments.toArray(byte[][]::new)));
		return changed == 1;
	}

	@Override
	public void install(LedgerRecord committed, List<PhaseChange> history) {
		List<byte[]> fields = fields(committed);
		List<byte[]> arguments = new ArrayList<>(
				List.of(bytes(String.valueOf(committed.epoch())), bytes(String.valueOf(fields.size()))));
		arguments.addAll(fields);
		history.forEach((change) -> arguments.add(bytes(line(change))));
		ask((redis) -> redis.eval(INSTALL, ScriptOutputType.INTEGER,
				new byte[][] { this.keys.ledger(), this.keys.history() }, arguments.toArray(byte[][]::new)));
	}

	@Override
	public void heartbeat(FleetInstance instance) {
		ask((redis) -> redis.eval(HEARTBEAT, ScriptOutputType.INTEGER, new byte[][] { this.keys.instances() },
				bytes(instance.id()), bytes(instance.host()), bytes(String.valueOf(instance.applied()))));
	}

	@Override
	public boolean remove(String instanceId) {
		return ask((redis) -> redis.hdel(this.keys.instances(), bytes(instanceId))) == 1;
	}

	@Override
	public List<FleetInstance> instances() {
		List<byte[]> flat = ask(
				(redis) -> redis.eval(INSTANCES, ScriptOutputType.MULTI, new byte[][] { this.keys.instances() }));
		long now = Long.parseLong(text(flat.get(flat.size() - 1)));
		List<FleetInstance> instances = new ArrayList<>();
		for (int i = 0; i + 2 < flat.size(); i += 2) {
			String[] parts = text(flat.get(i + 1)).split("\\|");
			instances.add(new FleetInstance(text(flat.get(i)), parts[0], Long.parseLong(parts[1]),
					Duration.ofMillis(Math.max(0, now - Long.parseLong(parts[2])))));
		}
		return instances;
	}

	@Override
	public List<PhaseChange> history() {
		return ask((redis) -> redis.lrange(this.keys.history(), 0, -1)).stream()
			.map((line) -> change(text(line)))
			.toList();
	}

	@Override
	public @Nullable StoreMark mark() {
		byte[] mark = ask((redis) -> redis.get(this.keys.mark()));
		if (mark == null) {
			return null;
		}
		String[] parts = text(mark).split("\\|");
		return new StoreMark(parts[0], Side.valueOf(parts[1]));
	}

	@Override
	public void mark(StoreMark mark) {
		ask((redis) -> redis.set(this.keys.mark(), bytes(mark.pair() + "|" + mark.side().name())));
	}

	private static List<byte[]> fields(LedgerRecord record) {
		Map<String, String> fields = new LinkedHashMap<>();
		fields.put("pair", record.pair());
		fields.put("phase", record.phase().wireName());
		fields.put("authority", record.authority().wireName());
		fields.put("epoch", String.valueOf(record.epoch()));
		fields.put("revision", String.valueOf(record.revision()));
		fields.put("stage", record.stage().wireName());
		fields.put("goal", record.goal().wireName());
		fields.put("since", record.since().toString());
		if (record.deadline() != null) {
			fields.put("deadline", record.deadline().toString());
		}
		if (record.journalingSince() != null) {
			fields.put("journaling-since", record.journalingSince().toString());
		}
		DesiredPhase desired = record.desired();
		if (desired != null) {
			fields.put("desired", desired.phase().wireName());
			fields.put("desired-by", desired.by());
			fields.put("desired-force", String.valueOf(desired.force()));
			if (desired.reason() != null) {
				fields.put("desired-reason", desired.reason());
			}
		}
		List<byte[]> flat = new ArrayList<>();
		fields.forEach((name, value) -> {
			flat.add(bytes(name));
			flat.add(bytes(value));
		});
		return flat;
	}

	private static LedgerRecord record(Map<String, String> fields) {
		String desired = fields.get("desired");
		return new LedgerRecord(field(fields, "pair"), MigrationPhase.of(field(fields, "phase")),
				Side.valueOf(field(fields, "authority").toUpperCase(Locale.ROOT)),
				Long.parseLong(field(fields, "epoch")), Long.parseLong(field(fields, "revision")),
				Stage.valueOf(field(fields, "stage").toUpperCase(Locale.ROOT).replace('-', '_')),
				MigrationPhase.of(field(fields, "goal")), instant(fields.get("deadline")),
				(desired != null) ? new DesiredPhase(MigrationPhase.of(desired), field(fields, "desired-by"),
						fields.get("desired-reason"), Boolean.parseBoolean(fields.get("desired-force"))) : null,
				Instant.parse(field(fields, "since")), instant(fields.get("journaling-since")));
	}

	private static String field(Map<String, String> fields, String name) {
		String value = fields.get(name);
		if (value == null) {
			throw new IllegalStateException("the ledger lacks the field '%s'".formatted(name));
		}
		return value;
	}

	private static @Nullable Instant instant(@Nullable String text) {
		return (text != null) ? Instant.parse(text) : null;
	}

	private static String line(PhaseChange change) {
		return String.join("\n", change.from().wireName(), change.to().wireName(), String.valueOf(change.epoch()),
				change.at().toString(), oneLine(change.by()), (change.reason() != null) ? change.reason() : "");
	}

	private static String oneLine(String text) {
		return text.replace('\n', ' ');
	}

	private static PhaseChange change(String line) {
		String[] parts = line.split("\n", 6);
		return new PhaseChange(MigrationPhase.of(parts[0]), MigrationPhase.of(parts[1]), Long.parseLong(parts[2]),
				Instant.parse(parts[3]), parts[4], parts[5].isEmpty() ? null : parts[5]);
	}

	private static Map<String, String> texts(Map<byte[], byte[]> map) {
		Map<String, String> texts = new LinkedHashMap<>();
		map.forEach((name, value) -> texts.put(text(name), text(value)));
		return texts;
	}

	private static Map<String, String> pairs(List<byte[]> flat) {
		Map<String, String> pairs = new LinkedHashMap<>();
		for (int i = 0; i + 1 < flat.size(); i += 2) {
			pairs.put(text(flat.get(i)), text(flat.get(i + 1)));
		}
		return pairs;
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

	private static byte[] bytes(String text) {
		return RedisKeys.bytes(text);
	}

}
