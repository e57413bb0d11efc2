-- What migrate() needs to know of a database before it touches it, as one JSON object. Reads catalogues only.
-- relations: what the schema holds that no extension brought; required: a column that every insert must name.
select json_build_object(
  'version', current_setting('server_version_num')::integer,
  'release', current_setting('server_version'),
  'encoding', current_setting('server_encoding'),
  'replica', pg_is_in_recovery(),
  'role', current_user,
  'database', current_database(),
  'schema', current_schema(),
  'may_create', coalesce(has_schema_privilege(current_schema(), 'create'), false),
  'geography', to_regtype('geography') is not null,
  'postgis', (select extnamespace::regnamespace::text from pg_extension where extname = 'postgis'),
  'postgis_available', exists (select from pg_available_extensions where name = 'postgis'),
  'elsewhere', (
    select json_agg(relnamespace::regnamespace || '.' || relname)
    from pg_class
    where oid in (to_regclass('frames_frame'), to_regclass('platestack_migrations'))
      and relnamespace::regnamespace::text is distinct from quote_ident(current_schema())
  ),
  'token_references', (
    select json_agg(conrelid::regclass::text) from pg_constraint where confrelid = to_regclass('authtoken_token')
  ),
  'relations', coalesce((
    select json_agg(json_build_object(
      'name', c.relname,
      'kind', c.relkind,
      'owned', pg_has_role(c.relowner, 'usage'),
      'owner', c.relowner::regrole::text,
      'columns', (
        select json_object_agg(a.attname, json_build_object(
          'type', t.typname,
          'required', a.attnotnull and not a.atthasdef and a.attidentity = '' and a.attgenerated = ''
        ) order by a.attnum)
        from pg_attribute a
        join pg_type t on t.oid = a.atttypid
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      )
    ) order by c.relname)
    from pg_class c
    where c.relnamespace = to_regnamespace(quote_ident(current_schema()))
      and c.relkind in ('r', 'p', 'v', 'm', 'f')
      and not exists (
        select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
      )
  ), '[]')
) as seen
