create table orders (
	id bigint generated always as identity primary key,
	customer varchar(100) not null,
	state varchar(20) not null,
	pieces integer not null,
	placed_at timestamp with time zone not null
);

create index orders_customer on orders (customer);

create table order_line (
	order_id bigint not null references orders on delete cascade,
	position integer not null,
	item varchar(100) not null,
	quantity integer not null,
	primary key (order_id, position)
);
