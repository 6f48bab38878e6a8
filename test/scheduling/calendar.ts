import type { Resource } from '#fhir/resource.ts'
import type { Config } from '../../src/config.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

export interface Answer {
  readonly status: number
  readonly json: Resource
  readonly headers: Headers
}

export interface Sending {
  readonly body?: unknown
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A whole server with two doctors, two rooms and whoever comes. */
export interface Calendar extends AsyncDisposable {
  readonly server: TestServer
  /** `POST Appointment`, as the clinic's own system when no token is given. */
  send(line: string, sending?: Sending): Promise<Answer>
  read(reference: string): Promise<Resource>
  put(...resources: readonly Resource[]): Promise<void>
}

/** Far enough ahead for any test: Monday 7 June 2032, in Berlin on summer time. */
export const day = '2032-06-07'
export const at = (time: string, date = day) => `${date}T${time}:00+02:00`

export async function openCalendar(settings: Partial<Config> = {}): Promise<Calendar> {
  const server = await startTestServer({ timeZone: 'Europe/Berlin', ...settings })
  const system = await server.token({ scope: 'system/*.cruds' })
  const calendar: Calendar = {
    server,
    async send(line, { body, token = system, headers = {} } = {}) {
      const [method = '', path = ''] = line.split(' ')
      const answer = await fetch(`${server.base}/${path}`.replace(/\/$/, ''), {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/fhir+json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, json: text === '' ? {} : JSON.parse(text), headers: answer.headers }
    },
    async read(reference) {
      return (await calendar.send(`GET ${reference}`)).json
    },
    async put(...resources) {
      const entry = resources.map((resource) => ({
        resource,
        request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
      }))
      const { status, json } = await calendar.send('POST ', {
        body: { resourceType: 'Bundle', type: 'transaction', entry },
      })
      if (status !== 200) throw new Error(JSON.stringify(json))
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
  await calendar.put(...clinic())
  return calendar
}

export function clinic(patients = 60): Resource[] {
  return [
    ...['adams', 'novak'].flatMap((name) => [
      { resourceType: 'Practitioner', id: name, active: true, name: [{ family: name }] },
      {
        resourceType: 'PractitionerRole',
        id: `role-${name}`,
        active: true,
        practitioner: { reference: `Practitioner/${name}` },
      },
      { resourceType: 'Location', id: `room-${name}`, status: 'active', name: `Room of ${name}` },
      {
        resourceType: 'Schedule',
        id: name,
        active: true,
        actor: [{ reference: `Practitioner/${name}` }, { reference: `Location/room-${name}` }],
      },
    ]),
    ...Array.from({ length: patients }, (_, at) => ({
      resourceType: 'Patient',
      id: `p${at}`,
      active: true,
      name: [{ family: `Patient ${at}` }],
    })),
  ]
}

export function slot(id: string, from: string, to: string, more: object = {}): Resource {
  return {
    resourceType: 'Slot',
    id,
    schedule: { reference: 'Schedule/adams' },
    status: 'free',
    start: at(from),
    end: at(to),
    ...more,
  }
}

export function appointment(patient: string, from: string, to: string, more: object = {}): Resource {
  return {
    resourceType: 'Appointment',
    status: 'booked',
    start: at(from),
    end: at(to),
    participant: [`Patient/${patient}`, 'Practitioner/adams'].map((reference) => ({
      actor: { reference },
      status: 'accepted',
    })),
    ...more,
  }
}

/** Names the slot, whose doctor and room come with it. */
export function visitTo(
  slotId: string,
  patient: string,
  from: string,
  to: string,
  more: object = {},
): Resource {
  return appointment(patient, from, to, { slot: [{ reference: `Slot/${slotId}` }], ...more })
}
