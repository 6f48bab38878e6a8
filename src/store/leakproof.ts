import type { ClientBase } from 'pg'

/**
 * Behind row level security PostgreSQL uses an index only for operators that cannot leak a row they are given
 * (https://www.postgresql.org/docs/current/ddl-rowsecurity.html). These compare, raise no error that would quote their
 * input, and are not marked by default; without the mark a search by identifier reads the whole table.
 */
export const leakproofFunctions = [
  'arrayoverlap(anyarray, anyarray)',
  'arraycontains(anyarray, anyarray)',
  'textlike(text, text)',
  'ts_match_vq(tsvector, tsquery)',
  'numeric_eq(numeric, numeric)',
  'numeric_lt(numeric, numeric)',
  'numeric_le(numeric, numeric)',
  'numeric_gt(numeric, numeric)',
  'numeric_ge(numeric, numeric)',
  'textcat(text, text)',
  'substr(text, integer)',
  'range_overlaps(anyrange, anyrange)',
  'range_contains_elem(anyrange, anyelement)',
]

/** Built-in functions are the superuser's to mark. Answers with those that stay unmarked. */
export async function markLeakproof(client: ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string; superuser: boolean }>(
    `select name, (select rolsuper from pg_roles where rolname = current_user) as superuser
     from unnest($1::text[]) name join pg_proc on pg_proc.oid = ('pg_catalog.' || name)::regprocedure
     where not proleakproof`,
    [leakproofFunctions],
  )
  if (rows.length === 0 || rows[0]?.superuser !== true) return rows.map(({ name }) => name)
  for (const { name } of rows) await client.query(`alter function pg_catalog.${name} leakproof`)
  return []
}
