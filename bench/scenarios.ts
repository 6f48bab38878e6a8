import { bookScenario } from './booking.ts'
import {
  dayStart,
  familyOf,
  familySize,
  mrnSystem,
  patientBody,
  patientId,
  scatter,
  scheduleId,
} from './people.ts'
import { hospitalBundle, personBundle } from './population.ts'

export interface Sizes {
  readonly patients: number
  readonly schedules: number
}

export interface Scenario {
  readonly name: string
  readonly title: string
  /** Ratio to the limit server that is aimed at; absent: not compared. */
  readonly aim?: number
  /** Status that a good answer has. */
  readonly expected: number
  /** Rows that a good answer has, for searches. */
  readonly rows?: number
  /** How many resources one request carries. */
  readonly resources?: number
  /** Resources a second that are aimed at. */
  readonly perSecond?: number
  /** Fewer than all, where a request is large. */
  readonly connections?: number
  /** Sent once before: what the others refer to. */
  readonly before?: () => Request
  /** Arguments of the token command: a caller who does not see all. Absent: a backend service that does. */
  readonly as?: readonly string[]
  readonly build: (step: Step) => Request
  /** What it needs beside what all need. */
  readonly prepare?: (target: { port: number; token: string; limitUrl: string }) => Promise<void>
}

export interface Step {
  /** Counts up over the whole run of the load generator, over all connections. */
  readonly turn: number
  readonly connection: number
  readonly connections: number
  readonly sizes: Sizes
  /** Versions of patients, as this load generator has made them; 1 when absent. */
  readonly versions: Map<number, number>
}

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly body?: string
  readonly headers?: string
}

const anyOf = (turn: number, many: number) => scatter(turn * 7 + 1) % many

/** Patients that a run creates lie beyond those that were seeded. */
const fresh = (turn: number) => 100_000_000 + turn

export const scenarios: readonly Scenario[] = [
  {
    name: 'create',
    title: 'create Patient',
    aim: 0.6,
    expected: 201,
    build: ({ turn }) => ({ method: 'POST', path: '/fhir/Patient', body: patientBody(fresh(turn)) }),
  },
  {
    name: 'read',
    title: 'read Patient',
    aim: 1,
    expected: 200,
    build: ({ turn, sizes }) => ({
      method: 'GET',
      path: `/fhir/Patient/${patientId(anyOf(turn, sizes.patients))}`,
    }),
  },
  {
    name: 'patient-read',
    title: 'read Patient, as that patient',
    aim: 1,
    expected: 200,
    as: ['--scope', 'patient/*.rs', '--patient', patientId(0), '--user', `Patient/${patientId(0)}`],
    build: () => ({ method: 'GET', path: `/fhir/Patient/${patientId(0)}` }),
  },
  {
    name: 'patient-slots',
    title: 'Slot?schedule=&start=ge&start=lt&status=, 50 rows, as a patient',
    aim: 0.6,
    expected: 200,
    rows: 50,
    as: ['--scope', 'patient/*.rs', '--patient', patientId(0), '--user', `Patient/${patientId(0)}`],
    build: ({ turn, sizes }) => {
      const schedule = scheduleId(anyOf(turn, sizes.schedules))
      const day = scatter(turn) % 20
      return {
        method: 'GET',
        path: `/fhir/Slot?schedule=Schedule/${schedule}&start=ge${dayStart(day)}&start=lt${dayStart(day + 5)}&status=free&_sort=start&_count=50`,
      }
    },
  },
  {
    name: 'identifier',
    title: 'Patient?identifier=',
    aim: 0.8,
    expected: 200,
    rows: 1,
    build: ({ turn, sizes }) => ({
      method: 'GET',
      path: `/fhir/Patient?identifier=${encodeURIComponent(`${mrnSystem}|mrn-${anyOf(turn, sizes.patients)}`)}`,
    }),
  },
  {
    name: 'family',
    title: 'Patient?family=&birthdate=ge&birthdate=lt, 20 rows',
    aim: 0.6,
    expected: 200,
    rows: 20,
    build: ({ turn, sizes }) => {
      const family = familyOf(anyOf(turn, Math.floor(sizes.patients / familySize)))
      return {
        method: 'GET',
        path: `/fhir/Patient?family=${encodeURIComponent(family)}&birthdate=ge1940&birthdate=lt2010&_count=20`,
      }
    },
  },
  {
    name: 'slots',
    title: 'Slot?schedule=&start=ge&start=lt&status=&_sort=start, 50 rows',
    aim: 0.6,
    expected: 200,
    rows: 50,
    build: ({ turn, sizes }) => {
      const schedule = scheduleId(anyOf(turn, sizes.schedules))
      const day = scatter(turn) % 20
      return {
        method: 'GET',
        path: `/fhir/Slot?schedule=Schedule/${schedule}&start=ge${dayStart(day)}&start=lt${dayStart(day + 5)}&status=free&_sort=start&_count=50`,
      }
    },
  },
  {
    name: 'update',
    title: 'update Patient with If-Match',
    aim: 0.5,
    expected: 200,
    build: ({ turn, connection, connections, sizes, versions }) => {
      // A patient belongs to one connection, so that no version is raced for.
      const share = Math.floor(sizes.patients / connections)
      const patient = connection + connections * anyOf(turn, share)
      const version = versions.get(patient) ?? 1
      versions.set(patient, version + 1)
      return {
        method: 'PUT',
        path: `/fhir/Patient/${patientId(patient)}`,
        body: patientBody(patient, patientId(patient)),
        headers: `If-Match: W/"${version}"\r\n`,
      }
    },
  },
  {
    name: 'transaction',
    title: 'transaction, 100 Patients each',
    expected: 200,
    resources: 100,
    perSecond: 4_000,
    build: ({ turn }) => ({ method: 'POST', path: '/fhir', body: transactionBody(turn) }),
  },
  {
    name: 'import',
    title: 'import, clinical bundles of 1,500 entries and 3 MB',
    expected: 200,
    resources: 1_500,
    perSecond: 2_500,
    connections: 4,
    before: () => ({ method: 'POST', path: '/fhir', body: hospitalBundle() }),
    build: ({ turn }) => ({ method: 'POST', path: '/fhir', body: lifeOf(turn % 8) }),
  },
  bookScenario,
]

const lives = new Map<number, string>()

/** Told once: making three megabytes takes a while itself. */
function lifeOf(person: number): string {
  const life = lives.get(person) ?? personBundle(person)
  lives.set(person, life)
  return life
}

function transactionBody(turn: number): string {
  const entries: string[] = []
  for (let i = 0; i < 100; i++)
    entries.push(
      `{"fullUrl":"urn:uuid:00000000-0000-4000-8000-${String(i).padStart(12, '0')}","resource":${patientBody(200_000_000 + turn * 100 + i)},"request":{"method":"POST","url":"Patient"}}`,
    )
  return `{"resourceType":"Bundle","type":"transaction","entry":[${entries.join(',')}]}`
}
