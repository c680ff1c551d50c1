package io.migration.redis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import io.migration.redis.CommandSample.Expected;

/**
 * A sample of every command that reads or writes data, as a table.
 */
final class CommandSamples {

	/** Writes that can block. */
	static final Expected BLOCKING = Expected.SAME;

	/** {@code SORT}, with and without {@code STORE}. */
	static final Expected SORT = Expected.SAME;

	/** {@code GEORADIUS} and {@code GEORADIUSBYMEMBER} without {@code STORE}. */
	static final Expected RADIUS = Expected.SAME;

	/** What changes functions. */
	static final Expected FUNCTION = Expected.SOURCE_ALONE;

	/** {@code DBSIZE}. */
	static final Expected DBSIZE = Expected.LEAVES_OWN_KEYS_OUT;

	/** {@code FLUSHDB} and {@code FLUSHALL}. */
	static final Expected FLUSH = Expected.SAME;

	private static final Expected SAME = Expected.SAME;

	private static final Expected ALONE = Expected.SOURCE_ALONE;

	private static final String READ = "read";

	private static final String READS = """
			BITCOUNT @string
			BITFIELD_RO @string GET u8 0
			BITPOS @string 1
			DUMP @string
			EVAL_RO $readscript 1 @string
			EVALSHA_RO $readsha 1 @string
			EXPIRETIME @expiring
			FCALL_RO read 1 @string
			GEODIST @geo palermo catania km
			GEOHASH @geo palermo
			GEOPOS @geo palermo absent
			GEORADIUS_RO @geo 15 37 200 km WITHDIST ASC
			GEORADIUSBYMEMBER_RO @geo catania 200 km ASC
			GEOSEARCH @geo FROMMEMBER catania BYRADIUS 200 km ASC WITHCOORD
			GET @string
			GET @absent
			GET @hash
			get @other
			GETBIT @string 1
			GETRANGE @string 2 4
			HEXISTS @hash f
			HGET @hash g
			HGETALL @hash
			HKEYS @hash
			HLEN @hash
			HMGET @hash f absent
			HRANDFIELD @single
			HSCAN @hash 0
			HSTRLEN @hash g
			HVALS @hash
			KEYS {read}*
			LCS @string @other
			LINDEX @list 1
			LLEN @list
			LPOS @list 1 COUNT 0
			LRANGE @list 0 -1
			MGET @string @absent @other
			OBJECT ENCODING @string
			OBJECT FREQ @string
			OBJECT REFCOUNT @string
			PEXPIRETIME @expiring
			PFCOUNT @hll
			PTTL @string
			SCAN 0 MATCH {read}* COUNT 1000
			SCARD @set
			SDIFF @words @set
			SINTER @words @words
			SINTERCARD 2 @set @member
			SISMEMBER @set 1
			SMEMBERS @words
			SMISMEMBER @set 1 9
			SORT_RO @list
			SRANDMEMBER @member
			SSCAN @set 0
			STRLEN @string
			SUBSTR @string 0 3
			SUNION @words @set
			TOUCH @string @absent
			TTL @string
			TYPE @stream
			XINFO GROUPS @stream
			XINFO STREAM @stream
			XLEN @stream
			XPENDING @stream group
			XRANGE @stream - +
			XREAD COUNT 1 STREAMS @stream 0
			XREVRANGE @stream + -
			ZCARD @zset
			ZCOUNT @zset 1 2
			ZDIFF 2 @zset @scored
			ZINTER 2 @zset @scored WITHSCORES
			ZINTERCARD 2 @zset @scored
			ZLEXCOUNT @zset - +
			ZMSCORE @zset a absent
			ZRANDMEMBER @scored
			ZRANGE @zset 0 -1 WITHSCORES
			ZRANGEBYLEX @zset - +
			ZRANGEBYSCORE @zset 1 2
			ZRANK @zset b
			ZREVRANGE @zset 0 -1
			ZREVRANGEBYLEX @zset + -
			ZREVRANGEBYSCORE @zset 2 1
			ZREVRANK @zset b
			ZSCAN @zset 0
			ZSCORE @zset b
			ZUNION 2 @zset @scored WITHSCORES""";

	private final List<CommandSample> samples = new ArrayList<>();

	private CommandSamples() {
	}

	/**
	 * Return samples of the writes whose effect is confined to their keys.
	 */
	static List<CommandSample> writes() {
		CommandSamples table = new CommandSamples();
		table.strings();
		table.keys();
		table.bits();
		table.hashes();
		table.lists();
		table.sets();
		table.sortedSets();
		table.places();
		table.streams();
		table.blocking();
		table.errors();
		table.scripts();
		return table.samples;
	}

	/**
	 * Return samples of the writes that change a whole database, in an order in which
	 * each finds something to change.
	 */
	static List<CommandSample> wholeDatabase() {
		CommandSamples table = new CommandSamples();
		table.add(Expected.REFUSED, "SWAPDB 0 1", "SET @a before");
		table.add(FLUSH, "FLUSHDB", "SET @a before");
		table.add(FLUSH, "FLUSHALL", "SET @a before");
		return table.samples;
	}

	/**
	 * Return a sample of what the server does not know.
	 */
	static CommandSample unknown() {
		return new CommandSample("unknown", "NOSUCHCOMMAND @a", List.of(), SAME);
	}

	/**
	 * Return samples of the reads. The first prepares what all of them read.
	 */
	static List<CommandSample> reads() {
		CommandSamples table = new CommandSamples();
		table.samples.add(new CommandSample(READ, "EXISTS @string @absent",
				List.of("SET @string ohmytext", "SET @other mynewtext", "SET @expiring value EXAT 4102444800",
						"HSET @hash f 1 g two", "HSET @single f 1", "RPUSH @list 3 1 2 1", "SADD @set 1 2 3",
						"SADD @words one two three", "SADD @member 1", "ZADD @zset 1 a 2 b 3 c", "ZADD @scored 5 b",
						"GEOADD @geo 13.361389 38.115556 palermo 15.087269 37.502669 catania", "PFADD @hll 1 2 3",
						"XADD @stream 1-1 f v", "XADD @stream 1-2 f w", "XGROUP CREATE @stream group 0",
						"XCLAIM @stream group consumer 0 1-1 TIME 1700000000000 FORCE JUSTID"),
				SAME));
		for (String command : READS.lines().toList()) {
			table.samples.add(new CommandSample(READ, command, List.of(), SAME));
		}
		table.samples.add(new CommandSample(READ, "DBSIZE", List.of(), DBSIZE));
		for (String command : List.of("RANDOMKEY", "LOLWUT", "MEMORY USAGE @string", "OBJECT IDLETIME @string",
				"XINFO CONSUMERS @stream group", "XPENDING @stream group - + 10", "SRANDMEMBER @set 2",
				"HRANDFIELD @hash 2", "ZRANDMEMBER @zset 2")) {
			table.samples.add(new CommandSample(READ, command, List.of(), Expected.AT_RANDOM));
		}
		return table.samples;
	}

	private void add(Expected expected, String command, String... preparation) {
		String name = command.split(" ")[0].toLowerCase(Locale.ROOT);
		this.samples
			.add(new CommandSample(name + "-" + this.samples.size(), command, Arrays.asList(preparation), expected));
	}

	private void strings() {
		add(SAME, "APPEND @a tail", "SET @a head");
		add(SAME, "DECR @a", "SET @a 9007199254740993");
		add(SAME, "DECRBY @a 5");
		add(SAME, "GETDEL @a", "SET @a value");
		add(SAME, "GETEX @a EXAT 4102444800", "SET @a value");
		add(SAME, "GETEX @a PERSIST", "SET @a value EX 1000");
		add(SAME, "GETSET @a new", "SET @a old");
		add(SAME, "INCR @a");
		add(SAME, "INCRBY @a 7", "SET @a 35");
		add(SAME, "INCRBYFLOAT @a 0.1", "SET @a 0.2");
		add(SAME, "MSET @a 1 @b 2 @c 3", "SET @b before");
		add(SAME, "MSETNX @a 1 @b 2");
		add(SAME, "MSETNX @a 1 @b 2", "SET @b before");
		add(SAME, "PSETEX @a 1000000 value");
		add(SAME, "SET @a value");
		add(SAME, "set @a value NX GET PXAT 4102444800000", "SET @b other");
		add(SAME, "SET @a $bytes KEEPTTL", "SET @a value EX 1000");
		add(SAME, "SETEX @a 1000 value");
		add(SAME, "SETNX @a value");
		add(SAME, "SETRANGE @a 5 value");
	}

	private void keys() {
		add(SAME, "COPY @a @b", "RPUSH @a 1 2");
		add(SAME, "DEL @absent @a @b", "SET @a 1", "RPUSH @b 1", "SET @c 1");
		add(SAME, "EXPIRE @a 1000", "SET @a value");
		add(SAME, "EXPIRE @a -1", "SET @a value");
		add(SAME, "EXPIREAT @a 4102444800", "SET @a value");
		add(Expected.SAME_ON_A_SERVER, "MOVE @a 1", "SET @a value");
		add(SAME, "PERSIST @a", "SET @a value EX 1000");
		add(SAME, "PEXPIRE @a 1000000", "HSET @a field value");
		add(SAME, "PEXPIREAT @a 4102444800000", "SADD @a member");
		add(SAME, "RENAME @a @b", "SET @a value EX 1000", "SET @b before");
		add(SAME, "RENAMENX @a @b", "SET @a value");
		add(SAME, "RESTORE @a 4102444800000 $dump ABSTTL REPLACE", "SET @a before");
		add(SAME, "RESTORE-ASKING @a 0 $dump");
		add(SAME, "UNLINK @absent @a @b", "SET @a 1", "SET @b 1", "SET @c 1");
		add(SORT, "SORT @a", "RPUSH @a 3 1 2");
		add(SORT, "SORT @a STORE @b", "RPUSH @a 3 1 2");
		add(Expected.SAME_ON_A_SERVER, "SORT @a BY nosort GET # STORE @b", "RPUSH @a 3 1 2");
		add(SAME, "MIGRATE 127.0.0.1 $port @a 0 5000 REPLACE", "SET @a value");
		add(SAME, "MIGRATE 127.0.0.1 $port  0 5000 COPY REPLACE KEYS @a @b", "SET @a value", "SET @b value");
		add(SAME, "MIGRATE 127.0.0.1 $port  0 5000 REPLACE KEYS @a @b", "SET @a value", "SET @b value");
	}

	private void bits() {
		add(SAME, "BITFIELD @a SET u8 0 65 INCRBY u8 8 2 GET u8 0");
		add(SAME, "BITOP XOR @d @a @b", "SET @a abc", "SET @b xyz");
		add(SAME, "SETBIT @a 7 1");
		add(SAME, "PFADD @a 1 2 3");
		add(SAME, "PFMERGE @d @a @b", "PFADD @a 1 2", "PFADD @b 2 3");
		add(SAME, "PFDEBUG TODENSE @a", "PFADD @a 1 2");
	}

	private void hashes() {
		add(SAME, "HDEL @a f absent", "HSET @a f 1 g 2");
		add(SAME, "HINCRBY @a f 4", "HSET @a f 3");
		add(SAME, "HINCRBYFLOAT @a f 0.5", "HSET @a f 3");
		add(SAME, "HMSET @a f 1 g 2");
		add(SAME, "HSET @a f 1 g 2", "HSET @a g before");
		add(SAME, "HSETNX @a f 1", "HSET @a g before");
	}

	private void lists() {
		add(SAME, "LINSERT @a BEFORE 2 1.5", "RPUSH @a 1 2 3");
		add(SAME, "LMOVE @a @b LEFT RIGHT", "RPUSH @a 1 2 3");
		add(SAME, "LMPOP 2 @absent @a LEFT COUNT 2", "RPUSH @a 1 2 3");
		add(SAME, "LPOP @a", "RPUSH @a 1 2 3");
		add(SAME, "LPOP @a 2", "RPUSH @a 1 2 3");
		add(SAME, "LPUSH @a 1 2 3");
		add(SAME, "LPUSHX @a 0", "RPUSH @a 1");
		add(SAME, "LREM @a 1 2", "RPUSH @a 1 2 3 2");
		add(SAME, "LSET @a 1 two", "RPUSH @a 1 2 3");
		add(SAME, "LTRIM @a 0 1", "RPUSH @a 1 2 3");
		add(SAME, "RPOP @a 5", "RPUSH @a 1 2 3");
		add(SAME, "RPOPLPUSH @a @b", "RPUSH @a 1 2 3");
		add(SAME, "RPUSH @a 1 2 3");
		add(SAME, "RPUSHX @a 4", "RPUSH @a 1");
	}

	private void sets() {
		add(SAME, "SADD @a 1 2 3", "SADD @a 1");
		add(SAME, "SDIFFSTORE @d @a @b", "SADD @a 1 2 3", "SADD @b 2");
		add(SAME, "SINTERSTORE @d @a @b", "SADD @a 1 2 3", "SADD @b 2");
		add(SAME, "SMOVE @a @b 1", "SADD @a 1 2");
		add(SAME, "SPOP @a", "SADD @a 1");
		add(SAME, "SREM @a 1 5", "SADD @a 1 2");
		add(SAME, "SUNIONSTORE @d @a @b", "SADD @a 1 2 3", "SADD @b x", "SET @d before");
	}

	private void sortedSets() {
		String a = "ZADD @a 1 a 2 b 3 c";
		String b = "ZADD @b 5 b";
		add(SAME, "ZADD @a GT CH 4 a 1 c 7 d", a);
		add(SAME, "ZADD @a INCR 0.5 a", a);
		add(SAME, "ZDIFFSTORE @d 2 @a @b", a, b);
		add(SAME, "ZINCRBY @a 1.5 a", a);
		add(SAME, "ZINTERSTORE @d 2 @a @b WEIGHTS 2 3", a, b);
		add(SAME, "ZMPOP 2 @absent @a MAX COUNT 2", a);
		add(SAME, "ZPOPMAX @a 2", a);
		add(SAME, "ZPOPMIN @a", a);
		add(SAME, "ZRANGESTORE @d @a 0 1", a);
		add(SAME, "ZREM @a a", a);
		add(SAME, "ZREMRANGEBYLEX @a [a [b", "ZADD @a 0 a 0 b 0 c");
		add(SAME, "ZREMRANGEBYRANK @a 0 0", a);
		add(SAME, "ZREMRANGEBYSCORE @a (1 +inf", a);
		add(SAME, "ZUNIONSTORE @d 2 @a @b AGGREGATE MAX", a, b);
	}

	private void places() {
		String a = "GEOADD @a 13.361389 38.115556 palermo 15.087269 37.502669 catania";
		add(SAME, "GEOADD @a CH 13.5 38 palermo", a);
		add(SAME, "GEORADIUS @a 15 37 200 km STORE @d", a);
		add(RADIUS, "GEORADIUS @a 15 37 200 km WITHDIST ASC", a);
		add(SAME, "GEORADIUSBYMEMBER @a catania 200 km STOREDIST @d", a);
		add(RADIUS, "GEORADIUSBYMEMBER @a catania 200 km ASC", a);
		add(SAME, "GEOSEARCHSTORE @d @a FROMLONLAT 15 37 BYRADIUS 200 km", a);
	}

	private void streams() {
		String one = "XADD @a 1-1 f v";
		String two = "XADD @a 1-2 f w";
		String group = "XGROUP CREATE @a group 0";
		String pending = "XCLAIM @a group consumer 0 1-1 1-2 TIME 1700000000000 RETRYCOUNT 3 FORCE JUSTID";
		add(SAME, "XACK @a group 1-1 9-9", one, two, group, pending);
		add(SAME, "XADD @a MAXLEN = 1 2-1 f v", one, two);
		add(SAME, "XAUTOCLAIM @a group other 0 0-0 COUNT 1", one, two, group, pending);
		add(SAME, "XCLAIM @a group other 0 1-1", one, two, group, pending);
		add(SAME, "XDEL @a 1-1", one, two);
		add(SAME, "XGROUP CREATE @a group $ MKSTREAM ENTRIESREAD 0");
		add(SAME, "XGROUP CREATECONSUMER @a group consumer", one, group);
		add(SAME, "XGROUP DELCONSUMER @a group consumer", one, two, group, pending);
		add(SAME, "XGROUP DESTROY @a group", one, two, group, pending);
		add(SAME, "XGROUP SETID @a group 1-1", one, two, group);
		add(SAME, "XSETID @a 5-0", one);
		add(SAME, "XTRIM @a MINID = 1-2", one, two);
		add(BLOCKING, "XREADGROUP GROUP group consumer COUNT 1 STREAMS @a >", one, two, group);
		add(BLOCKING, "XREADGROUP GROUP group consumer BLOCK 1000 STREAMS @a >", one, two, group);
		add(BLOCKING, "XREADGROUP GROUP group consumer STREAMS @a 0", one, two, group, pending);
	}

	private void blocking() {
		String list = "RPUSH @a 1 2 3";
		String zset = "ZADD @a 1 a 2 b 3 c";
		add(BLOCKING, "BLMOVE @a @b LEFT RIGHT 1", list);
		add(BLOCKING, "BLMPOP 1 2 @absent @a LEFT COUNT 2", list);
		add(BLOCKING, "BLPOP @absent @a 1", list);
		add(BLOCKING, "BRPOP @absent @a 1", list);
		add(BLOCKING, "BRPOPLPUSH @a @b 1", list);
		add(BLOCKING, "BZMPOP 1 2 @absent @a MIN COUNT 2", zset);
		add(BLOCKING, "BZPOPMAX @absent @a 1", zset);
		add(BLOCKING, "BZPOPMIN @absent @a 1", zset);
		add(BLOCKING, "BLPOP @absent 0.01");
	}

	/**
	 * What the server refuses, when it is queued and when it runs.
	 */
	private void errors() {
		add(SAME, "INCR @a", "SET @a text");
		add(SAME, "LPUSH @a 1", "SET @a text");
		add(SAME, "SET @a");
		add(SAME, "SETEX @a 0 value", "SET @a before");
		add(SAME, "XADD @a 0-0 f v");
		add(SAME, "RENAME @absent @b");
		add(SAME, "EVAL $failing 1 @a", "SET @a before");
		add(SAME, "EVALSHA 0000000000000000000000000000000000000000 1 @a");
	}

	private void scripts() {
		add(SAME, "EVAL $script 1 @a value", "SET @b 1");
		add(SAME, "EVAL $second 2 @a @b value", "SET @a 1", "SET @b 1");
		add(ALONE, "EVAL $keyless 0 @a");
		add(SAME, "EVALSHA $sha 1 @a value");
		add(SAME, "FCALL write 1 @a value");
		add(SAME, "SPUBLISH @channel message");
		add(Expected.NOT_SENT, "SSUBSCRIBE @channel");
		add(Expected.NOT_SENT, "SUNSUBSCRIBE @channel");
		add(FUNCTION, "FUNCTION LOAD REPLACE $library");
		add(FUNCTION, "FUNCTION DELETE other");
		add(FUNCTION, "FUNCTION RESTORE $functions FLUSH");
		add(FUNCTION, "FUNCTION FLUSH");
	}

}
