import type {
  CodeableConcept,
  Extension,
  Organization,
  Parameters,
  Practitioner,
  PractitionerRole,
  FhirResource as R4Resource,
  Schedule,
} from 'fhir/r4.d.ts'
import type { TestServer } from '../support/server.ts'

/** What a test of the calendar talks to: one clinic over HTTP, as its staff unless it says otherwise. */
export interface Calendar {
  send(method: string, path: string, body?: object, token?: string): Promise<Answer>
  /** Writes resources with the ids that they have, in one transaction. */
  put(...resources: readonly (R4Resource | FhirResource)[]): Promise<void>
  readonly token: string
}

/** Looser than R4, since some tests send what is not right. */
export interface FhirResource {
  readonly resourceType: string
  readonly id?: string
  readonly [element: string]: unknown
}

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look at all kinds of answers
  readonly body: any
  readonly headers: Headers
}

export async function openCalendar(server: TestServer): Promise<Calendar> {
  const token = await server.token({ scope: 'system/*.cruds' })
  const send: Calendar['send'] = async (method, path, body, as = token) => {
    const response = await fetch(`${server.base}/${path}`, {
      method,
      headers: { authorization: `Bearer ${as}`, 'content-type': 'application/fhir+json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : JSON.parse(text), headers: response.headers }
  }
  return {
    token,
    send,
    async put(...resources) {
      const entry = resources.map((resource) => ({
        resource,
        request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
      }))
      const { status, body } = await send('POST', '', { resourceType: 'Bundle', type: 'transaction', entry })
      if (status !== 200) throw new Error(JSON.stringify(body))
    },
  }
}

export const minutes = (value: number) => ({ value, system: 'http://unitsofmeasure.org', code: 'min' })

export function scheduleRules(rules: Readonly<Record<string, number>>): Extension {
  return {
    url: 'https://almanac.example/fhir/StructureDefinition/schedule-rules',
    extension: Object.entries(rules).map(([url, value]) =>
      url === 'capacity' ? { url, valueInteger: value } : { url, valueDuration: minutes(value) },
    ),
  }
}

export const generalPractice = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/service-type', code: '124' }],
} satisfies CodeableConcept

/** A practitioner with a role and a schedule of half hours in the house `clinic`. */
export function clinician(
  name: string,
  more: {
    rules?: Readonly<Record<string, number>>
    role?: Partial<PractitionerRole>
    schedule?: Partial<Schedule>
  } = {},
): readonly [Practitioner, PractitionerRole, Schedule] {
  return [
    { resourceType: 'Practitioner', id: name, active: true, name: [{ family: name }] },
    {
      resourceType: 'PractitionerRole',
      id: `role-${name}`,
      active: true,
      practitioner: { reference: `Practitioner/${name}` },
      organization: { reference: 'Organization/clinic' },
      availableTime: [
        {
          daysOfWeek: ['mon', 'tue', 'wed', 'thu', 'fri'],
          availableStartTime: '09:00:00',
          availableEndTime: '12:00:00',
        },
      ],
      ...more.role,
    },
    {
      resourceType: 'Schedule',
      id: name,
      extension: [scheduleRules({ slotLength: 30, ...more.rules })],
      active: true,
      serviceType: [generalPractice],
      actor: [{ reference: `Practitioner/${name}` }],
      ...more.schedule,
    },
  ]
}

export const house: readonly [Organization] = [
  {
    resourceType: 'Organization',
    id: 'clinic',
    active: true,
    name: 'Clinic',
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/timezone', valueCode: 'Europe/Berlin' }],
  },
]

/** A Monday some weeks ahead, so that tests do not depend on the day they run. */
export function comingMonday(weeks = 2): Temporal.PlainDate {
  const today = Temporal.Now.plainDateISO('Europe/Berlin')
  return today.add({ days: 8 - today.dayOfWeek }).add({ weeks: weeks - 1 })
}

export function parameters(values: Readonly<Record<string, unknown>>): Parameters {
  return {
    resourceType: 'Parameters',
    parameter: Object.entries(values).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((one) =>
        typeof one === 'boolean'
          ? { name, valueBoolean: one }
          : typeof one === 'number'
            ? { name, valueInteger: one }
            : typeof one === 'string'
              ? { name, valueString: one }
              : { name, ...(one as object) },
      ),
    ),
  }
}
