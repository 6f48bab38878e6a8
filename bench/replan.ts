import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from './server-process.ts'

/**
 * `node bench/replan.ts [hit] [rounds]`: a house of twenty clinicians, four weeks of half hours, half of them booked; the
 * day of so many of them falls out that 200 appointments are hit. Previews, then applied with the previewed plan: another
 * day a round. Prints times; the aim is 5 s at p95.
 */
const wanted = Number(process.argv[2] ?? 200)
const rounds = Number(process.argv[3] ?? 5)
const clinicians = 20
const perDay = 16
const closed = Math.ceil(wanted / perDay)
const first = nextMonday()
const names = Array.from({ length: clinicians }, (_, at) => `replan-${at}`)

const folder = mkdtempSync(join(tmpdir(), 'almanac-replan-'))
process.env.DEMO = 'true'
process.env.GENERATE_SLOTS = 'false'
const server = await startServer(folder)
try {
  await prepare()
  const previews: number[] = []
  const applies: number[] = []
  const told: string[] = []
  for (let round = 0; round < rounds; round++) {
    const day = first.add({ days: 7 + round })
    await fillDay(day)
    const wish = [
      ...names.slice(0, closed).map((name) => ({
        name: 'actor',
        valueReference: { reference: `Practitioner/${name}` },
      })),
      { name: 'start', valueDateTime: day.toString() },
      { name: 'end', valueDateTime: day.toString() },
    ]
    const preview = await timed(previews, wish)
    const plan = { name: 'plan', valueString: value(preview, 'plan')?.valueString }
    const applied = await timed(applies, [...wish, { name: 'mode', valueCode: 'apply' }, plan])
    const numbers = ['hit', 'moved', 'unplaced', 'cost'].map(
      (name) => `${name} ${value(applied, name)?.valueInteger}`,
    )
    told.push(
      `${day}: preview ${Math.round(previews.at(-1) ?? 0)} ms, apply ${Math.round(applies.at(-1) ?? 0)} ms; ${numbers.join(', ')}, slots closed ${value(applied, 'closedSlots')?.valueInteger}\n`,
    )
  }
  process.stdout.write(`${told.join('')}preview: ${spread(previews)}\napply:   ${spread(applies)}\n`)
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

interface Value {
  readonly name: string
  readonly valueString?: string
  readonly valueInteger?: number
}

interface Sent {
  readonly parameter?: readonly Value[]
  readonly entry?: readonly {
    readonly resource: { readonly id: string; readonly start: string; readonly end: string }
  }[]
}

function value({ parameter = [] }: Sent, name: string): Value | undefined {
  return parameter.find((one) => one.name === name)
}

async function timed(times: number[], parameter: readonly object[]): Promise<Sent> {
  const started = performance.now()
  const answer = await send('POST', 'Schedule/$replan', { resourceType: 'Parameters', parameter })
  times.push(performance.now() - started)
  return answer
}

async function send(method: string, path: string, body?: object): Promise<Sent> {
  const response = await fetch(`http://127.0.0.1:${server.port}/fhir/${path}`, {
    method,
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/fhir+json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`)
  return JSON.parse(text)
}

function put(resources: readonly { resourceType: string; id: string }[]): Promise<Sent> {
  return send('POST', '', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: resources.map((resource) => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    })),
  })
}

async function prepare(): Promise<void> {
  const system = 'urn:bench'
  await put([
    ...names.flatMap((id) => [
      { resourceType: 'Practitioner', id, active: true },
      {
        resourceType: 'PractitionerRole',
        id,
        practitioner: { reference: `Practitioner/${id}` },
        organization: { reference: 'Organization/clinic' },
        availableTime: [
          {
            daysOfWeek: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
            availableStartTime: '09:00:00',
            availableEndTime: '17:00:00',
          },
        ],
      },
      {
        resourceType: 'Schedule',
        id,
        active: true,
        serviceType: [{ coding: [{ system, code: 'replan' }] }],
        actor: [{ reference: `Practitioner/${id}` }],
        extension: [
          {
            url: 'https://almanac.example/fhir/StructureDefinition/schedule-rules',
            extension: [
              {
                url: 'slotLength',
                valueDuration: { value: 30, system: 'http://unitsofmeasure.org', code: 'min' },
              },
            ],
          },
        ],
      },
    ]),
    ...Array.from({ length: closed * perDay }, (_, at) => ({ resourceType: 'Patient', id: `replan-${at}` })),
  ])
  for (const name of names)
    await send('POST', `Schedule/${name}/$generate-slots`, {
      resourceType: 'Parameters',
      parameter: [
        { name: 'start', valueDate: first.toString() },
        { name: 'end', valueDate: first.add({ days: 27 }).toString() },
      ],
    })
}

/** Every slot of the day of those who will be absent. */
async function fillDay(day: Temporal.PlainDate): Promise<void> {
  for (const [at, name] of names.slice(0, closed).entries()) {
    const free = await send(
      'GET',
      `Slot?schedule=Schedule/${name}&status=free&start=ge${day}&start=lt${day.add({ days: 1 })}&_sort=start&_count=100`,
    )
    await put(
      (free.entry ?? []).map(({ resource: { id, start, end } }, number) => ({
        resourceType: 'Appointment',
        id: `${id}`,
        status: 'booked',
        start,
        end,
        slot: [{ reference: `Slot/${id}` }],
        participant: [`Patient/replan-${at * perDay + number}`, `Practitioner/${name}`].map((reference) => ({
          actor: { reference },
          status: 'accepted',
        })),
      })),
    )
  }
}

function spread(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => `${Math.round(sorted[Math.ceil(share * (sorted.length - 1))] ?? 0)} ms`
  return `p50 ${at(0.5)}, p95 ${at(0.95)} of ${times.length}`
}

function nextMonday(): Temporal.PlainDate {
  const today = Temporal.Now.plainDateISO('UTC')
  return today.add({ days: 8 - today.dayOfWeek })
}
