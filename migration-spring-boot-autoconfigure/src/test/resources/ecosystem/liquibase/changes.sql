--liquibase formatted sql

--changeset migration:purchase
create table ${table} (id bigserial primary key, item text);
