import { createHash } from 'node:crypto'
import type { Transaction } from '#store/store.ts'

/** Writes what differs from what is published. A part that has nothing left stays, empty: so it is seen to have changed. */
export async function keepPublished(
  tx: Transaction,
  file: string,
  parts: ReadonlyMap<string, string>,
): Promise<void> {
  const known = new Map(
    (
      await tx.query<{ part: string; digest: string }>(
        'SELECT part, digest FROM published_part WHERE tenant = $1 AND file = $2 AND part = ANY($3)',
        [tx.tenant, file, [...parts.keys()]],
      )
    ).map(({ part, digest }) => [part, digest]),
  )
  const changed = [...parts].flatMap(([part, text]) => {
    const digest = createHash('sha256').update(text).digest('base64url')
    if (known.get(part) === digest || (text === '' && !known.has(part))) return []
    return [{ part, text, digest }]
  })
  if (changed.length === 0) return
  await tx.query(
    `INSERT INTO published_part (tenant, file, part, digest, changed, text)
     SELECT $1, $2, p.part, p.digest, date_trunc('milliseconds', almanac_now()), p.text
     FROM jsonb_to_recordset($3::jsonb) p(part text, digest text, text text)
     ON CONFLICT (tenant, file, part) DO UPDATE SET digest = excluded.digest, changed = excluded.changed, text = excluded.text`,
    [tx.tenant, file, JSON.stringify(changed)],
  )
}

/** Weeks that are over are no part of what is published; of calendars that are no more nothing is left. */
export async function forgetPublished(
  tx: Transaction,
  weeks: readonly string[],
  schedules: readonly string[],
): Promise<void> {
  await tx.query(`DELETE FROM published_part WHERE tenant = $1 AND file LIKE 'slots-%' AND file < $2`, [
    tx.tenant,
    weeks[0] ?? 'slots-',
  ])
  await tx.query(
    `UPDATE published_part SET text = '', digest = '', changed = date_trunc('milliseconds', almanac_now())
     WHERE tenant = $1 AND file LIKE 'slots-%' AND text <> '' AND NOT (file = ANY($2) AND part = ANY($3))`,
    [tx.tenant, weeks, schedules],
  )
}
