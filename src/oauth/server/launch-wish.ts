import { Refusal } from '#fhir/refusal.ts'
import type { FhirContextItem, LaunchContext } from './agreements.ts'

/** What an EHR says of the launch it is about to make. */
export interface LaunchWish {
  readonly clientId: string
  /** Who is going to use the app. */
  readonly fhirUser?: string
  readonly context: LaunchContext
}

const id = /^[A-Za-z0-9.-]{1,64}$/
const reference = /^[A-Z][A-Za-z]{1,63}\/[A-Za-z0-9.-]{1,64}$/
const user = /^(?:Practitioner|PractitionerRole|Patient|RelatedPerson|Person)\/[A-Za-z0-9.-]{1,64}$/
const mostItems = 50

export function readLaunchWish(body: Readonly<Record<string, unknown>>): LaunchWish {
  const text = (name: string, form: RegExp, sentence: string): string | undefined => {
    const value = body[name]
    if (value === undefined) return undefined
    if (typeof value !== 'string' || !form.test(value))
      throw new Refusal('value', `${name} must be ${sentence}.`)
    return value
  }
  const clientId = text('client_id', /^[\x21-\x7e]{1,200}$/, 'the id of a registered app')
  if (clientId === undefined)
    throw new Refusal('required', 'client_id is missing: the app that is to be opened.')
  const patient = text('patient', id, 'the id of a Patient, without "Patient/"')
  const encounter = text('encounter', id, 'the id of an Encounter, without "Encounter/"')
  const appointment = text('appointment', id, 'the id of an Appointment, without "Appointment/"')
  const intent = text('intent', /^[\w:/.-]{1,200}$/, 'a name or URI')
  const fhirUser = text('user', user, 'a reference such as Practitioner/1')
  const banner = body.need_patient_banner
  if (banner !== undefined && typeof banner !== 'boolean') {
    throw new Refusal('value', 'need_patient_banner must be true or false.')
  }
  const fhirContext = [
    ...(appointment === undefined ? [] : [{ reference: `Appointment/${appointment}` }]),
    ...readItems(body.fhirContext),
  ]
  return {
    clientId,
    ...(fhirUser === undefined ? {} : { fhirUser }),
    context: {
      ...(patient === undefined ? {} : { patient }),
      ...(encounter === undefined ? {} : { encounter }),
      ...(intent === undefined ? {} : { intent }),
      need_patient_banner: banner ?? false,
      ...(fhirContext.length === 0 ? {} : { fhirContext }),
    },
  }
}

function readItems(value: unknown): readonly FhirContextItem[] {
  if (value === undefined) return []
  if (!Array.isArray(value) || value.length > mostItems) throw badItem()
  return value.map((item: unknown) => {
    const { reference: to, role } = (item ?? {}) as { reference?: unknown; role?: unknown }
    if (typeof to !== 'string' || !reference.test(to)) throw badItem()
    if (role === undefined) {
      /** Those have members of their own: https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#fhircontext-exp */
      if (/^(?:Patient|Encounter)\//.test(to)) throw badItem()
      return { reference: to }
    }
    if (typeof role !== 'string' || role === '') throw badItem()
    return { reference: to, role }
  })
}

function badItem(): Refusal {
  return new Refusal(
    'value',
    'fhirContext must be a list of {"reference": "Type/id"}, each with a role if it is a Patient or Encounter.',
  )
}
