alter table purchase add price numeric(10, 2);
