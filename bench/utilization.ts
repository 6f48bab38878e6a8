import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { findEmbeddedPostgres } from '#store/embedded-postgres.ts'
import { copyRows } from './copy-rows.ts'
import { startServer } from './server-process.ts'

/**
 * `node bench/utilization.ts`: Schedule/$utilization over a year of twenty clinicians, sixteen half hours a day, nine in ten of
 * them visits. The rows are put beside the demo clinic's by SQL, as its own bookings would have left them.
 */
const folder = mkdtempSync(join(tmpdir(), 'almanac-utilization-'))
process.env.DEMO = 'true'
process.env.GENERATE_SLOTS = 'false'
const server = await startServer(folder)
try {
  await fill()
  for (const by of ['practitioner', 'location', 'service', 'day']) {
    const times: number[] = []
    for (let at = 0; at < 5; at++) {
      const started = performance.now()
      const response = await fetch(
        `http://127.0.0.1:${server.port}/fhir/Schedule/$utilization?start=2031-01-01&end=2031-12-31&by=${by}`,
        { headers: { authorization: `Bearer ${server.token}` } },
      )
      const text = await response.text()
      if (!response.ok) throw new Error(text.slice(0, 500))
      times.push(performance.now() - started)
      if (at === 0) process.stderr.write(`${text.slice(0, 400)}\n`)
    }
    process.stdout.write(`by ${by}: ${times.map((time) => `${Math.round(time)} ms`).join(', ')}\n`)
  }
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function fill(): Promise<void> {
  const client = new pg.Client({ connectionString: findEmbeddedPostgres(join(folder, 'data')) })
  await client.connect()
  try {
    await client.query('set session_replication_role = replica')
    await copyRows(client, 'schedule', `'y' || d`, 'generate_series(0, 19) d', {
      by_actor: `array['Practitioner/y' || d]`,
    })
    const halves = `generate_series(0, 19) d, generate_series(0, 364) day, generate_series(0, 15) half,
      lateral (select timestamptz '2031-01-01T08:00Z' + day * interval '1 day' + half * interval '30 minutes' as begins) t`
    const end = `begins + interval '30 minutes'`
    // As the server makes ids: version 7, from when the visit was booked.
    const made = `lpad(to_hex((extract(epoch from begins - interval '12 days') * 1000)::bigint), 12, '0')`
    const name = `substr(${made}, 1, 8) || '-' || substr(${made}, 9, 4) || '-7' || lpad(to_hex(d), 3, '0') || '-8000-' || lpad(to_hex(day * 16 + half), 12, '0')`
    await copyRows(client, 'slot', name, halves, {
      by_schedule: `'Schedule/y' || d`,
      by_status: `case when (d + day + half) % 10 = 0 then 'free' else 'busy' end`,
      by_start_start: 'begins',
      by_start_end: `begins + interval '1 second'`,
      by_end_start: end,
      by_end_end: `begins + interval '1801 seconds'`,
    })
    const visits = `${halves} where (d + day + half) % 10 > 0`
    await copyRows(client, 'appointment', name, visits, {
      by_status: `case (d + half) % 12 when 1 then 'cancelled' when 2 then 'noshow' else 'fulfilled' end`,
      by_actor: `array['Practitioner/y' || d]`,
      by_slot: `array['Slot/' || ${name}]`,
      by_date_start: 'begins',
      by_date_end: end,
    })
    await client.query(`insert into history (tenant, type, id, version, updated, deleted, method, text)
      select 'main', 'Appointment', ${name}, 1, begins - interval '12 days', false, 'POST', '{}' from ${visits}`)
    await client.query('analyze')
  } finally {
    await client.end()
  }
}
