import pg, { type ClientBase } from 'pg'
import { auditTable } from './audit-tables.ts'
import { leakproofFunctions } from './leakproof.ts'

/**
 * The schema as its catalogue tells it, one line a fact, so that a reviewer sees what a change does to it. What all
 * tables of types have alike is told once: the common lines are left out of each. Months' partitions depend on the day, and are
 * left out.
 */
export async function dumpSchema(url: string, types: readonly string[]): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await dump(client, types)
  } finally {
    await client.end()
  }
}

async function dump(client: ClientBase, types: readonly string[]): Promise<string> {
  const { rows } = await client.query<{ kind: string; name: string; lines: string[] }>(facts)
  const functions = await client.query<{ line: string }>(routines, [leakproofFunctions])
  const ofTypes = new Set(types.filter((type) => type !== 'AuditEvent').map((type) => type.toLowerCase()))
  const tables = rows.filter(({ name }) => !new RegExp(`^${auditTable}_\\d`).test(name))
  const usual = commonLines(tables.filter(({ name }) => ofTypes.has(name)))
  const lines = [
    '-- The effect of all migrations and definitions, written by `npm run schema`; a test compares it. Not run by anything.',
    ...functions.rows.map(({ line }) => line),
    '',
    'table <each of the types but auditevent>',
    ...usual,
    ...tables.flatMap(({ kind, name, lines }) => {
      const own = lines.map((line) => line.replaceAll(`${name}_`, '<table>_'))
      const shown = ofTypes.has(name) ? own.filter((line) => !usual.includes(line)) : lines
      return ['', `${kind} ${name}`, ...shown]
    }),
  ]
  return `${lines.join('\n')}\n`
}

function commonLines(tables: readonly { name: string; lines: string[] }[]): string[] {
  const [first, ...rest] = tables.map(({ name, lines }) =>
    lines.map((line) => line.replaceAll(`${name}_`, '<table>_')),
  )
  const others = rest.map((lines) => new Set(lines))
  return (first ?? []).filter((line) => others.every((lines) => lines.has(line)))
}

const facts = `
select t.relname as name, case t.relkind when 'v' then 'view' else 'table' end as kind, array(
  select line from (
    select 1 as part, a.attnum::text as place, format('  %s %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
      case when a.attcollation = 'pg_catalog."C"'::regcollation then ' C' else '' end,
      case when a.attnotnull then ' not null' else '' end,
      case when d.adbin is null then '' when a.attgenerated = '' then ' default ' || pg_get_expr(d.adbin, d.adrelid)
        else ' generated ' || pg_get_expr(d.adbin, d.adrelid) end
        || case when a.attidentity = '' then '' else ' identity' end) as line, a.attnum as number
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    union all
    select 2, i.relname, format('  index %s%s%s', i.relname, case when x.indisprimary then ' primary' when x.indisunique then ' unique' else '' end,
      regexp_replace(pg_get_indexdef(i.oid), '^.* USING', '')), 0
    from pg_index x join pg_class i on i.oid = x.indexrelid where x.indrelid = t.oid
    union all
    select 3, c.conname, format('  %s %s', c.conname, pg_get_constraintdef(c.oid)), 0
    from pg_constraint c where c.conrelid = t.oid and c.contype in ('c', 'f', 'x')
    union all
    select 4, '', '  row level security' || case when t.relforcerowsecurity then ' forced' else '' end, 0 where t.relrowsecurity
    union all
    select 5, p.polname, format('  policy %s to %s using %s%s', p.polname,
      (select string_agg(rolname, ', ' order by rolname) from pg_roles where oid = any(p.polroles)), pg_get_expr(p.polqual, p.polrelid),
      coalesce(' check ' || pg_get_expr(p.polwithcheck, p.polrelid), '')), 0
    from pg_policy p where p.polrelid = t.oid
    union all
    select 6, g.grantee::regrole::text, format('  %s may %s', g.grantee::regrole, string_agg(lower(g.privilege_type), ', ' order by g.privilege_type)), 0
    from aclexplode(t.relacl) g where g.grantee <> t.relowner group by g.grantee
    union all
    select 7, g.grantee::regrole::text, format('  %s may %s the %s search columns', g.grantee::regrole, lower(g.privilege_type), count(*)), 0
    from pg_attribute a, aclexplode(a.attacl) g where a.attrelid = t.oid group by g.grantee, g.privilege_type
    union all
    select 8, '', '  ' || line, number from regexp_split_to_table(pg_get_viewdef(t.oid), E'\n') with ordinality d(line, number) where t.relkind = 'v'
  ) f order by part, number, place) as lines
from pg_class t where t.relnamespace = current_schema()::regnamespace and t.relkind in ('r', 'p', 'v') order by t.relname collate "C"`

const routines = `
select line from (
  select format('extension %s', extname) as line from pg_extension where extname <> 'plpgsql'
  union all
  select format('%s %s(%s) %s', case p.prokind when 'p' then 'procedure' else 'function' end, p.proname,
    pg_get_function_identity_arguments(p.oid), md5(p.prosrc))
  from pg_proc p where p.pronamespace = current_schema()::regnamespace
    and not exists (select from pg_depend where objid = p.oid and deptype = 'e')
  union all
  select format('leakproof %s', p.oid::regprocedure) from pg_proc p
  join unnest($1::text[]) name on p.oid = ('pg_catalog.' || name)::regprocedure where p.proleakproof
) l order by line collate "C"`
