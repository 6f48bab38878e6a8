import { randomUUIDv7 } from 'node:crypto'
import type { Resource } from '#fhir/resource.ts'
import type { Visit, World } from './fuzz.ts'
import { ids, newMark } from './population.ts'
import type { Random } from './random.ts'

/** Events of the log about patients; the server itself adds one for each request, which no mark is in. */
export async function plantTrail(world: World): Promise<readonly Resource[]> {
  const { random } = world
  const events = Array.from({ length: 6 }, () => buildEvent(random))
  await world.database.asSystem(world.tenant).transaction(async (tx) => {
    for (const event of events) tx.audit(event)
  })
  return events
}

function buildEvent(random: Random): Resource {
  const who = random.chance(0.3)
    ? `Patient/${random.pick(ids.Patient)}`
    : `Practitioner/${random.pick(ids.Practitioner)}`
  return {
    resourceType: 'AuditEvent',
    id: randomUUIDv7(),
    meta: { versionId: '1', tag: [{ system: 'urn:mark', code: newMark() }] },
    type: { system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110110' },
    recorded: '2029-06-01T00:00:00.000Z',
    outcome: '0',
    agent: [{ who: { reference: who }, requestor: true }],
    source: { observer: { display: 'fuzzer' } },
    entity: random.some(ids.Patient, 1).map((id) => ({ what: { reference: `Patient/${id}` } })),
  }
}

const searches: readonly ((random: Random) => string)[] = [
  () => '/AuditEvent?date=2029-06-01&_count=100',
  (random) => `/AuditEvent?date=2029-06-01&patient=Patient/${random.pick(ids.Patient)}&_count=100`,
  (random) => `/AuditEvent?date=2029-06-01&agent=Practitioner/${random.pick(ids.Practitioner)}&_count=100`,
  () => '/?_type=AuditEvent,Patient&_count=200',
  () => '/AuditEvent/$trail?part=how-to',
]

export function buildTrailSearch(random: Random): string {
  return `GET ${random.pick(searches)(random)}`
}

/** Exactly the planted events that the caller may search, whatever else is in the log. */
export async function searchTrail(visit: Visit, line: string): Promise<void> {
  const { oracle, world } = visit
  const answer = await visit.ask(line)
  if (line.includes('$trail')) {
    const whole = world.trail.every((event) => oracle.sees(event, 's'))
    if (answer.status === 200 && !whole) visit.fail(line, 'all of the log is for who may see all of it')
    return
  }
  const planted = new Map(world.trail.map((event) => [event.id, event]))
  const marks = [...planted.values()].flatMap((event) =>
    oracle.sees(event, 's') ? [] : [event.meta?.tag?.[0]?.code],
  )
  const stray = marks.find((mark) => mark !== undefined && answer.text.includes(mark))
  if (stray !== undefined) visit.fail(line, `it tells ${stray} of the log`)
  if (answer.status !== 200 || !line.includes('/AuditEvent?')) return
  const told = ((JSON.parse(answer.text).entry ?? []) as { resource: Resource }[])
    .map(({ resource }) => resource.id)
    .filter((id) => planted.has(id))
  const asked = /(?:patient|agent)=(\w+\/\w+)/.exec(line)?.[1]
  const expected = world.trail
    .filter(
      (event) =>
        oracle.sees(event, 's') && (asked === undefined || JSON.stringify(event).includes(`"${asked}"`)),
    )
    .map(({ id }) => id)
  if (told.toSorted().join() !== expected.toSorted().join())
    visit.fail(line, `it finds ${told.join()} instead of ${expected.join()}`)
}
