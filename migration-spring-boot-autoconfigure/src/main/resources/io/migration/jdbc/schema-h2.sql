-- The ledger of migrations, for H2.
-- Instants are ISO 8601 in UTC, as text: no time zone of a driver or a session has a say.
-- Only heartbeat and expires are times of the database, which alone sets and compares them.

-- one row per migration: what the fleet does, and what it is about to do
create table if not exists migration_phase (
	migration varchar(128) not null primary key,
	pair varchar(64) not null,
	phase varchar(16) not null,
	authority varchar(16) not null,
	epoch bigint not null,
	revision bigint not null,
	stage varchar(16) not null,
	goal varchar(16) not null,
	deadline varchar(40),
	desired_phase varchar(16),
	desired_by varchar(255),
	desired_reason varchar(1000),
	desired_force boolean not null,
	since varchar(40) not null,
	journaling_since varchar(40)
);

-- the running instances, and the revision whose rules each follows
create table if not exists migration_instance (
	migration varchar(128) not null,
	id varchar(64) not null,
	host varchar(255) not null,
	applied bigint not null,
	heartbeat timestamp with time zone not null,
	primary key (migration, id)
);

-- the changes of effective phase
create table if not exists migration_history (
	migration varchar(128) not null,
	epoch bigint not null,
	from_phase varchar(16) not null,
	to_phase varchar(16) not null,
	changed_at varchar(40) not null,
	changed_by varchar(255) not null,
	reason varchar(1000),
	primary key (migration, epoch)
);

-- which side of which pair this database is
create table if not exists migration_store (
	migration varchar(128) not null primary key,
	pair varchar(64) not null,
	side varchar(16) not null
);

-- of the side with authority: which instance relays from it, and what of the data that was there before is copied;
-- of the other side: the fencing token of its one writer, and how far that has come
create table if not exists migration_relay (
	migration varchar(128) not null primary key,
	holder varchar(64),
	expires timestamp with time zone,
	token bigint not null,
	position varchar(1000000),
	copied varchar(32)
);
