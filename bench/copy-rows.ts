import type pg from 'pg'

/** A row of the demo clinic, again and again, with other columns: quick where only columns are looked at. */
export async function copyRows(
  client: pg.Client,
  table: string,
  id: string,
  from: string,
  columns: Readonly<Record<string, string>>,
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  )
  const values: Readonly<Record<string, string>> = { ...columns, id }
  const names = rows.map(({ name }) => name)
  const picked = names.map((name) => (values[name] === undefined ? `sample."${name}"` : `(${values[name]})`))
  const [tables, where = 'true'] = from.split(' where ')
  await client.query(
    `insert into "${table}" (${names.map((name) => `"${name}"`).join(', ')})
     select ${picked.join(', ')} from (select * from "${table}" limit 1) sample, ${tables} where ${where}`,
  )
}
