import type { Pool } from '../../src/database/open.ts'

/**
 * Makes searches for target names that hold `slow` sleep, in the database that `sql` is connected to: ~~* is what ILIKE is.
 * Connections that were there before know nothing of it.
 */
export async function sleepOnSlowTargets(sql: Pool, seconds: number): Promise<void> {
  await sql.unsafe(`
    create function slow_like(text, text) returns bool language plpgsql as $$
    begin
      if $2 like '%slow%' then perform pg_sleep(${seconds}); end if;
      return lower($1) like lower($2);
    end $$;
    create operator public.~~* (function = slow_like, leftarg = text, rightarg = text);
    do $$ begin execute format('alter database %I set search_path = public, pg_catalog', current_database()); end $$`)
}
