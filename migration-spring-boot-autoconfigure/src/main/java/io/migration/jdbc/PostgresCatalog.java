package io.migration.jdbc;

import java.sql.Types;

/**
 * The catalog of PostgreSQL. A partitioned table is one table: its partitions are left
 * out, what they have of their own is the root's.
 */
final class PostgresCatalog implements Catalog {

	@Override
	public String currentSchema() {
		return "select current_schema()";
	}

	@Override
	public String schemas() {
		return """
				select nspname from pg_catalog.pg_namespace
				where nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
					and nspname not like 'pg\\_temp\\_%' and nspname not like 'pg\\_toast\\_temp\\_%'""";
	}

	@Override
	public String tables() {
		return """
				select n.nspname, c.relname
				from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
				where n.nspname in (%s) and c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
					and not exists (select from pg_catalog.pg_depend d
						where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')""";
	}

	/*
	 * format_type names the schema of a type only where the session's search path does
	 * not lead to it, but what we make of the type must work in other sessions, too.
	 */
	@Override
	public String columns() {
		return """
				with recursive base (domain, type) as (
					select oid, typbasetype from pg_catalog.pg_type where typtype = 'd'
					union all
					select b.domain, t.typbasetype from base b join pg_catalog.pg_type t on t.oid = b.type
					where t.typtype = 'd'
				)
				select n.nspname, c.relname, a.attname,
					case when e.typnamespace <> 'pg_catalog'::regnamespace and pg_catalog.pg_type_is_visible(e.oid)
						then (select quote_ident(nspname) || '.' from pg_catalog.pg_namespace where oid = e.typnamespace)
						else '' end || pg_catalog.format_type(a.atttypid, a.atttypmod),
					case when b.typcategory = 'A' then 'array' when b.typcategory in ('E', 'S') and b.typname <> 'bpchar'
						then 'text' else b.typname end,
					not (a.attnotnull or t.typnotnull),
					a.attgenerated <> '',
					a.attidentity <> '' or coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) like 'nextval(%%', false),
					a.atthasdef or t.typdefault is not null
				from pg_catalog.pg_attribute a
					join pg_catalog.pg_class c on c.oid = a.attrelid
					join pg_catalog.pg_namespace n on n.oid = c.relnamespace
					join pg_catalog.pg_type t on t.oid = a.atttypid
					join pg_catalog.pg_type e on e.oid = case when t.typtype = 'b' and t.typcategory = 'A' and t.typelem <> 0
						then t.typelem else t.oid end
					join pg_catalog.pg_type b on b.oid = coalesce((select base.type from base
							join pg_catalog.pg_type last on last.oid = base.type and last.typtype <> 'd'
						where base.domain = t.oid), t.oid)
					left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
				where n.nspname in (%s) and c.relkind in ('r', 'p') and not c.relispartition
					and a.attnum > 0 and not a.attisdropped
				order by a.attnum""";
	}

	/*
	 * A deferrable key identifies rows only at the end of a transaction, and takes no "on
	 * conflict".
	 */
	@Override
	public String keys() {
		return """
				select n.nspname, c.relname, ic.relname,
					i.indisunique and i.indimmediate and i.indisvalid and i.indpred is null and i.indexprs is null
						and i.indrelid = c.oid,
					a.attname
				from pg_catalog.pg_index i
					join pg_catalog.pg_class ic on ic.oid = i.indexrelid
					join pg_catalog.pg_class c on c.oid = coalesce(pg_catalog.pg_partition_root(i.indrelid), i.indrelid)
					join pg_catalog.pg_namespace n on n.oid = c.relnamespace
					cross join pg_catalog.generate_series(0, i.indnkeyatts - 1) as position
					left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[position]
				where n.nspname in (%s) and (i.indisunique or i.indisexclusion) and not ic.relispartition
				order by i.indisprimary desc, i.indnkeyatts, ic.relname, position""";
	}

	@Override
	public String references() {
		return """
				select n.nspname, c.relname, k.conname, rn.nspname, r.relname,
					k.confdeltype in ('c', 'n', 'd') or k.confupdtype in ('c', 'n', 'd')
				from pg_catalog.pg_constraint k
					join pg_catalog.pg_class c on c.oid = k.conrelid
					join pg_catalog.pg_namespace n on n.oid = c.relnamespace
					join pg_catalog.pg_class r on r.oid = k.confrelid
					join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
				where n.nspname in (%s) and k.contype = 'f' and k.conparentid = 0
				order by k.conname""";
	}

	@Override
	public String triggers() {
		return """
				select n.nspname, c.relname, w.name
				from (
						select tgrelid as relation, tgname as name from pg_catalog.pg_trigger
						where not tgisinternal and tgparentid = 0 and tgenabled <> 'D'
						union
						select ev_class, rulename from pg_catalog.pg_rewrite where ev_type <> '1' and ev_enabled <> 'D'
					) w
					join pg_catalog.pg_class c on c.oid = coalesce(pg_catalog.pg_partition_root(w.relation), w.relation)
					join pg_catalog.pg_namespace n on n.oid = c.relnamespace
				where n.nspname in (%s) and c.relkind in ('r', 'p')
				order by w.name""";
	}

	@Override
	public String volatileFunctions() {
		return """
				select p.proname
				from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
				where p.provolatile = 'v' and n.nspname not in ('pg_catalog', 'information_schema')
					and not exists (select from pg_catalog.pg_depend d
						where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')""";
	}

	@Override
	public int jdbcType(String type) {
		if (type.equals("array")) {
			return Types.ARRAY;
		}
		if (type.equals("timestamp")) {
			return Types.TIMESTAMP;
		}
		Integer common = Catalog.commonType(type);
		return (common != null) ? common : Types.OTHER;
	}

}
