import pg from 'pg'
import {
  patientBody,
  patientId,
  practitionerBody,
  scheduleBody,
  slotBody,
  slotsPerSchedule,
} from './people.ts'
import { RawClient } from './raw-client.ts'
import type { Sizes } from './scenarios.ts'

const entriesPerBundle = 500

/** Bodies in the order in which they may refer to each other. */
export function* resources(from: Sizes, to: Sizes): Generator<string> {
  for (let i = from.patients; i < to.patients; i++) yield patientBody(i, patientId(i))
  for (let i = Math.ceil(from.schedules / 10); i < Math.ceil(to.schedules / 10); i++)
    yield practitionerBody(i)
  for (let i = from.schedules; i < to.schedules; i++) yield scheduleBody(i)
  for (let i = from.schedules * slotsPerSchedule; i < to.schedules * slotsPerSchedule; i++) yield slotBody(i)
}

export const countOf = ({ patients, schedules }: Sizes): number =>
  patients + Math.ceil(schedules / 10) + schedules + schedules * slotsPerSchedule

const nothing: Sizes = { patients: 0, schedules: 0 }

/** Through the REST API, as any client would load data: transactions of PUT entries, four at a time. */
export async function seedServer(
  port: number,
  token: string,
  to: Sizes,
  from: Sizes = nothing,
): Promise<number> {
  const started = performance.now()
  const total = countOf(to) - countOf(from)
  let done = 0
  const load = async (bodies: Iterator<string>, connections: number) => {
    const work = async () => {
      const client = new RawClient(port)
      for (let bundle = take(bodies); bundle.length > 0; bundle = take(bodies)) {
        await post(client, port, token, bundle)
        done += bundle.length
        progress(`seeding through REST: ${done} of ${total}`)
      }
      client.close()
    }
    await Promise.all(Array.from({ length: connections }, work))
  }
  // Schedules and practitioners go first and alone: what refers to them needs them there.
  const bodies = resources(from, to)
  const [people, slots]: [string[], string[]] = [[], []]
  const isSlot = (body: string) => body.startsWith('{"resourceType":"Slot"')
  for (let next = bodies.next(); !next.done; next = bodies.next()) {
    if (isSlot(next.value)) {
      slots.push(next.value)
      break
    }
    people.push(next.value)
  }
  await load(people.filter((body) => body.startsWith('{"resourceType":"Pr')).values(), 1)
  await load(people.filter((body) => body.startsWith('{"resourceType":"Sch')).values(), 1)
  await load(people.filter((body) => body.startsWith('{"resourceType":"Pat')).values(), 4)
  await load(chain(slots, bodies), 4)
  progress('')
  return total / ((performance.now() - started) / 1_000)
}

function* chain(first: readonly string[], rest: Iterable<string>): Generator<string> {
  yield* first
  yield* rest
}

function take(bodies: Iterator<string>): string[] {
  const bundle: string[] = []
  while (bundle.length < entriesPerBundle) {
    const next = bodies.next()
    if (next.done) break
    bundle.push(next.value)
  }
  return bundle
}

async function post(
  client: RawClient,
  port: number,
  token: string,
  bodies: readonly string[],
): Promise<void> {
  const entries = bodies.map((body) => {
    const [, type, id] = /"resourceType":"(\w+)","id":"([^"]+)"/.exec(body) ?? []
    return `{"resource":${body},"request":{"method":"PUT","url":"${type}/${id}"}}`
  })
  const text = `{"resourceType":"Bundle","type":"transaction","entry":[${entries.join(',')}]}`
  const { status, body } = await client.send(
    `POST /fhir HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nPrefer: return=minimal\r\nContent-Type: application/fhir+json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  )
  if (status !== 200) throw new Error(`Seeding was answered with ${status}: ${body.toString('utf8', 0, 500)}`)
}

/** The limit server's tables, straight: it has no bundles. */
export async function seedLimit(url: string, sizes: Sizes, schema: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(schema)
  let bodies: string[] = []
  const flush = async () => {
    await client.query(
      `with given as (select value::jsonb as content, value as text from unnest($1::text[]) as value),
       history as (insert into history select 'main', content->>'resourceType', content->>'id', 1, now(), 'PUT', text from given),
       slots as (insert into slot select 'main', content->>'id', 1, now(), content, content->'schedule'->>'reference',
         content->>'status', (content->>'start')::timestamptz, (content->>'end')::timestamptz
         from given where content->>'resourceType' = 'Slot')
       insert into patient select 'main', content->>'id', 1, now(), content,
         array[content->'identifier'->0->>'value', concat(content->'identifier'->0->>'system', '|', content->'identifier'->0->>'value')],
         E'\\n' || translate(lower(content->'name'->0->>'family'), 'žšř', 'zsr') || E'\\n',
         (content->>'birthDate')::timestamptz, (content->>'birthDate')::timestamptz + interval '1 day'
         from given where content->>'resourceType' = 'Patient'`,
      [bodies],
    )
    bodies = []
  }
  for (const body of resources(nothing, sizes)) {
    bodies.push(body)
    if (bodies.length === 1_000) await flush()
  }
  await flush()
  await client.query('vacuum analyze')
  await client.end()
}

/** One line that rewrites itself, for people only. */
export function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`)
}
