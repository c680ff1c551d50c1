package io.migration.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.jdbc.support.KeyHolder;
import org.springframework.transaction.TransactionStatus;

/**
 * Everything an application does to rows, at random: ids and defaults that the database
 * makes up, upserts, batches, stored functions and procedures, changes of keys, exchanges
 * of unique values, parents and children, truncation, updatable results, savepoints.
 */
final class RowOperations {

	private final JdbcTemplate jdbc;

	private final Dialect dialect;

	private final String writer;

	RowOperations(JdbcTemplate jdbc, Dialect dialect, String writer) {
		this.jdbc = jdbc;
		this.dialect = dialect;
		this.writer = writer;
	}

	/**
	 * Write one statement outside of a transaction.
	 */
	void alone(SplittableRandom random) {
		int key = random.nextInt(ContendedTables.HOT);
		switch (random.nextInt(10)) {
			case 0, 1 -> this.jdbc.update("update hot set amount = amount + ?, note = ? where id = ?",
					random.nextInt(9), text(random), key);
			case 2 -> this.jdbc.update("insert into hot (id, note) values (?, ?)", key, text(random));
			case 3 -> this.jdbc.update("delete from hot where id = ?", key);
			case 4 -> upsert(key, text(random));
			case 5 -> this.jdbc.update("insert into event (writer, hot) values (?, ?)", this.writer, key);
			case 6 -> touch(key, random);
			case 7 -> this.jdbc.update("call move_hot(?, ?, ?)", key, random.nextInt(ContendedTables.HOT), 3);
			case 8 -> small(random);
			default -> rename(random);
		}
	}

	/**
	 * Write what belongs together.
	 */
	void inTransaction(SplittableRandom random, TransactionStatus status) {
		switch (random.nextInt(11)) {
			case 0 -> createAgain(random);
			case 1 -> events(random);
			case 2 -> batch(random);
			case 3 -> exchange(random);
			case 4 -> family(random);
			case 5 -> endFamily();
			case 6 -> moveChild(random);
			case 7 -> severalTables(random);
			case 8 -> savepoint(random, status);
			case 9 -> updatableResult(random.nextInt(ContendedTables.HOT), random);
			default -> {
				int key = random.nextInt(ContendedTables.HOT);
				touch(key, random);
				this.jdbc.update("call move_hot(?, ?, ?)", key, random.nextInt(ContendedTables.HOT), 7);
			}
		}
	}

	private static String text(SplittableRandom random) {
		return Long.toString(random.nextLong(), 36) + " äß\u20ac";
	}

	private void upsert(int key, String text) {
		switch (this.dialect) {
			case POSTGRESQL -> this.jdbc.update(
					"insert into hot (id, note) values (?, ?) on conflict (id) do update set note = excluded.note, token = excluded.token, amount = hot.amount + 1",
					key, text);
			case MARIADB -> this.jdbc.update(
					"insert into hot (id, note) values (?, ?) on duplicate key update note = values(note), token = values(token), amount = amount + 1",
					key, text);
			case BOTH -> this.jdbc.update("update hot set note = ?, amount = amount + 1 where id = ?", text, key);
		}
	}

	private void touch(int key, SplittableRandom random) {
		this.jdbc.queryForObject("select touch_hot(?, ?)", Long.class, key, random.nextInt(100));
	}

	private void small(SplittableRandom random) {
		int number = random.nextInt(60);
		if (number == 0 && this.dialect == Dialect.POSTGRESQL) {
			this.jdbc.execute("truncate table small");
		}
		else if (number < 20) {
			this.jdbc.update("delete from small where code = ?", "s" + number);
		}
		else {
			this.jdbc.update("insert into small (code) values (?)", "s" + number % 20);
		}
	}

	private void rename(SplittableRandom random) {
		String from = "a" + random.nextInt(2 * ContendedTables.SEATS);
		String to = "a" + random.nextInt(2 * ContendedTables.SEATS);
		this.jdbc.update("update alias set code = ?, meaning = ? where code = ?", to, text(random), from);
	}

	private void createAgain(SplittableRandom random) {
		int key = random.nextInt(ContendedTables.HOT);
		this.jdbc.update("delete from hot where id = ?", key);
		this.jdbc.update("insert into hot (id, note) values (?, ?)", key, text(random));
	}

	private void events(SplittableRandom random) {
		long first = insert("insert into event (writer, hot) values (?, ?)", this.writer, random.nextInt(200));
		long second = insert("insert into event (writer, hot) values (?, ?)", this.writer, random.nextInt(200));
		this.jdbc.update("update event set hot = ? where id = ?", -1, first);
		if (random.nextBoolean()) {
			this.jdbc.update("delete from event where id = ?", second);
		}
	}

	private long insert(String sql, Object... arguments) {
		KeyHolder keys = new GeneratedKeyHolder();
		this.jdbc.update((connection) -> {
			var statement = connection.prepareStatement(sql, new String[] { "id" });
			for (int i = 0; i < arguments.length; i++) {
				statement.setObject(i + 1, arguments[i]);
			}
			return statement;
		}, keys);
		return Objects.requireNonNull(keys.getKey()).longValue();
	}

	private void batch(SplittableRandom random) {
		List<Object[]> inserts = new ArrayList<>();
		List<Object[]> updates = new ArrayList<>();
		int key = 0;
		for (int i = 0; i < 20 && key < ContendedTables.HOT; i++) {
			inserts.add(new Object[] { this.writer, i });
			updates.add(new Object[] { text(random), key });
			key += 1 + random.nextInt(20);
		}
		this.jdbc.batchUpdate("insert into event (writer, hot) values (?, ?)", inserts);
		this.jdbc.batchUpdate("update hot set note = ?, amount = amount + 1 where id = ?", updates);
	}

	private void exchange(SplittableRandom random) {
		int one = random.nextInt(ContendedTables.SEATS - 1);
		int other = one + 1 + random.nextInt(ContendedTables.SEATS - 1 - one);
		List<String> codes = this.jdbc.queryForList("select code from seat where id in (?, ?) order by id for update",
				String.class, one, other);
		String sql = "update seat set code = ? where id = ?";
		this.jdbc.update(sql, "by " + this.writer + Thread.currentThread().getId(), one);
		this.jdbc.update(sql, codes.get(0), other);
		this.jdbc.update(sql, codes.get(1), one);
	}

	private void family(SplittableRandom random) {
		long parent = insert("insert into parent (name) values (?)", this.writer);
		for (int line = 0; line < 1 + random.nextInt(4); line++) {
			this.jdbc.update("insert into child (parent, line, amount) values (?, ?, ?)", parent, line,
					random.nextInt(100_000) / 100.0);
		}
	}

	private void endFamily() {
		Long parent = this.jdbc.queryForObject("select max(id) from parent where name = ?", Long.class, this.writer);
		if (parent != null) {
			if (this.dialect != Dialect.POSTGRESQL) {
				// where a foreign key deletes no children
				this.jdbc.update("delete from child where parent = ?", parent);
			}
			this.jdbc.update("delete from parent where id = ?", parent);
		}
	}

	private void moveChild(SplittableRandom random) {
		List<Long> parents = this.jdbc.queryForList("select id from parent where name = ? order by id desc", Long.class,
				this.writer);
		if (parents.size() > 1) {
			this.jdbc.update("update child set parent = ?, line = line + ?, amount = amount + 1 where parent = ?",
					parents.get(1), 10 + random.nextInt(1000), parents.get(0));
		}
	}

	private void severalTables(SplittableRandom random) {
		int key = random.nextInt(ContendedTables.HOT);
		String meaning = text(random);
		this.jdbc.update("update hot set amount = amount - 1, note = ? where id = ?", meaning, key);
		this.jdbc.update("insert into event (writer, hot) values (?, ?)", this.writer, key);
		this.jdbc.update("update alias set meaning = ? where code = ?", meaning,
				"a" + random.nextInt(2 * ContendedTables.SEATS));
		small(random);
	}

	private void savepoint(SplittableRandom random, TransactionStatus status) {
		this.jdbc.update("insert into event (writer, hot) values (?, -2)", this.writer);
		Object savepoint = status.createSavepoint();
		this.jdbc.update("update hot set note = ? where id = ?", "undone", random.nextInt(ContendedTables.HOT));
		long undone = insert("insert into event (writer, hot) values (?, ?)", this.writer, -3);
		if (random.nextBoolean()) {
			status.rollbackToSavepoint(savepoint);
		}
		this.jdbc.update("update event set hot = -4 where id = ?", undone);
	}

	private void updatableResult(int key, SplittableRandom random) {
		this.jdbc.execute((ConnectionCallback<Boolean>) (connection) -> update(connection, key, random));
	}

	private static boolean update(Connection connection, int key, SplittableRandom random) throws SQLException {
		try (Statement statement = connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE,
				ResultSet.CONCUR_UPDATABLE);
				ResultSet rows = statement.executeQuery("select id, amount, note from hot where id = " + key)) {
			if (rows.next()) {
				rows.updateLong("amount", rows.getLong("amount") + random.nextInt(5));
				rows.updateString("note", "by result");
				rows.updateRow();
				return true;
			}
			return false;
		}
	}

	/**
	 * What SQL may contain.
	 */
	enum Dialect {

		POSTGRESQL, MARIADB,

		/** What both understand, while authority moves from one to the other. */
		BOTH

	}

}
