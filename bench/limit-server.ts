import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { limitStatement, limitValues } from './booking.ts'

/**
 * The limit: what Node and PostgreSQL can do here when one prepared statement a request writes or reads the same rows
 * and an audit row, durably, and nothing else happens. No validation, no token, no routing to speak of, one clinic.
 */
const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 16,
  // As in Almanac. Left to choose, PostgreSQL plans some searches anew each time, and others from one run to the next.
  options: '-c plan_cache_mode=force_generic_plan',
})
const tenant = 'main'

const audited = 'with audited as (insert into audit (tenant, id, updated, text) values ($1, $2, $3, $4))'
const statements = {
  book: limitStatement(audited),
  create: `${audited}, row as (
    insert into patient (tenant, id, version, updated, content, by_identifier, by_family, by_birthdate_start, by_birthdate_end)
    values ($1, $5, 1, $3, $6::jsonb, $7, $8, $9, $10))
    insert into history (tenant, type, id, version, updated, method, text) values ($1, 'Patient', $5, 1, $3, 'POST', $6)`,
  update: `${audited}, row as (
    update patient set version = $11, updated = $3, content = $6::jsonb, by_identifier = $7, by_family = $8,
      by_birthdate_start = $9, by_birthdate_end = $10
    where tenant = $1 and id = $5 and version = $11 - 1 returning id)
    insert into history (tenant, type, id, version, updated, method, text)
    select $1, 'Patient', id, $11, $3, 'PUT', $6 from row returning version`,
  read: `${audited}
    select text from history where tenant = $1 and type = 'Patient' and id = $5 order by version desc limit 1`,
  identifier: `${audited}
    select h.text from (select tenant, id, version from patient where tenant = $1 and by_identifier @> array[$5] order by id limit 21) p
    join history h on (h.tenant, h.type, h.id, h.version) = (p.tenant, 'Patient', p.id, p.version) order by p.id`,
  family: `${audited}
    select h.text from (select tenant, id, version from patient where tenant = $1 and by_family like $5
      and by_birthdate_end > $6 and by_birthdate_start < $7 order by id limit 21) p
    join history h on (h.tenant, h.type, h.id, h.version) = (p.tenant, 'Patient', p.id, p.version) order by p.id`,
  slots: `${audited}
    select h.text from (select tenant, id, version, by_start_start from slot where tenant = $1 and by_schedule = $5
      and by_status = $6 and by_start_start >= $7 and by_start_start < $8 order by by_start_start, id limit 51) s
    join history h on (h.tenant, h.type, h.id, h.version) = (s.tenant, 'Slot', s.id, s.version) order by s.by_start_start, s.id`,
}

async function run(
  name: keyof typeof statements,
  audit: string,
  values: readonly unknown[],
  now = new Date(),
) {
  const text = `{"resourceType":"AuditEvent","type":{"system":"http://terminology.hl7.org/CodeSystem/audit-event-type","code":"rest"},"action":"R","recorded":"${now.toISOString()}","outcome":"0","agent":[{"who":{"display":"limit"},"requestor":true}],"source":{"observer":{"display":"limit"}},"entity":[{"what":{"reference":"${audit}"}}]}`
  const result = await pool.query({
    name,
    text: statements[name],
    values: [tenant, randomUUID(), now, text, ...values],
  })
  return result.rows as { text: string }[]
}

/** The columns of a patient, and its text with id and meta in front. */
function prepare(body: string, id: string, version: number, now: Date): unknown[] {
  const patient = JSON.parse(body)
  const { system, value } = patient.identifier[0]
  const born = new Date(patient.birthDate)
  const rest = body.slice(body.indexOf('"text"'))
  const text = `{"resourceType":"Patient","id":"${id}","meta":{"versionId":"${version}","lastUpdated":"${now.toISOString()}"},${rest}`
  const terms = [value, `${system}|${value}`, `${system}|`]
  return [id, text, terms, `\n${fold(patient.name[0].family)}\n`, born, new Date(born.getTime() + 86_400_000)]
}

const fold = (name: string) => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

function bundle(rows: readonly { text: string }[], count: number): string {
  const entries = rows.slice(0, count).map(({ text }) => `{"resource":${text},"search":{"mode":"match"}}`)
  return `{"resourceType":"Bundle","type":"searchset","entry":[${entries.join(',')}]}`
}

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = req.url ?? ''
  if (req.method === 'POST' && url === '/fhir/Appointment') {
    const id = randomUUID()
    const values = limitValues(await readBody(req), id)
    const rows = await run('book', `Appointment/${id}`, values)
    return send(res, rows.length === 2 ? 201 : 409, values[1] as string)
  }
  if (req.method === 'POST') {
    const now = new Date()
    const id = randomUUID()
    const values = prepare(await readBody(req), id, 1, now)
    await run('create', `Patient/${id}`, values, now)
    return send(res, 201, values[1] as string)
  }
  if (req.method === 'PUT') {
    const now = new Date()
    const id = url.slice(14)
    const version = Number(/\d+/.exec(req.headers['if-match'] ?? '')?.[0]) + 1
    const values = prepare(await readBody(req), id, version, now)
    const rows = await run('update', `Patient/${id}`, [...values, version], now)
    return send(res, rows.length === 1 ? 200 : 412, values[1] as string)
  }
  if (url.startsWith('/fhir/Patient/')) {
    const [row] = await run('read', url.slice(6), [url.slice(14)])
    return send(res, row === undefined ? 404 : 200, row?.text ?? '')
  }
  const query = new URLSearchParams(url.slice(url.indexOf('?') + 1))
  const given = (name: string, at = 0) => query.getAll(name)[at] ?? ''
  const day = (name: string, at: number) => new Date(given(name, at).slice(2))
  if (url.startsWith('/fhir/Slot'))
    return send(
      res,
      200,
      bundle(
        await run('slots', url, [given('schedule'), given('status'), day('start', 0), day('start', 1)]),
        50,
      ),
    )
  if (query.has('identifier'))
    return send(res, 200, bundle(await run('identifier', url, [given('identifier')]), 20))
  const family = `%\n${fold(given('family'))}%`
  return send(
    res,
    200,
    bundle(await run('family', url, [family, day('birthdate', 0), day('birthdate', 1)]), 20),
  )
}

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function send(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, {
    'Content-Type': 'application/fhir+json',
    'Content-Length': Buffer.byteLength(text),
  })
  res.end(text)
}

const server = createServer((req, res) => {
  answer(req, res).catch((error: Error) => send(res, 500, error.message))
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
