create table purchase (id bigserial primary key, item text);
