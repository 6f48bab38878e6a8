import { parseReference } from '#fhir/references.ts'
import type { Resource } from '#fhir/resource.ts'
import { extensionOf } from './extension.ts'

export const holdExpires = 'https://almanac.example/fhir/StructureDefinition/hold-expires'

/** What an Appointment says about time: when, who, where, and how sure. */
export interface Visit {
  readonly id: string
  readonly status: string
  readonly start?: number
  readonly end?: number
  /** Everyone and everything whose time it takes, by `Type/id`. */
  readonly actors: readonly Named[]
  readonly slots: readonly Named[]
  /** Slots that are not of this server, or are not named by a reference. */
  readonly foreignSlots: readonly Named[]
  /** Of a hold. */
  readonly expires?: string
}

export interface Named {
  readonly reference: string
  readonly expression: string
}

interface Participant {
  readonly actor?: { readonly reference?: string }
  readonly status?: string
  readonly required?: string
}

export function readVisit(appointment: Resource, localBases: readonly string[]): Visit {
  const { id = '', status, start, end, participant = [], slot = [] } = appointment
  const name = (reference: string | undefined, expression: string): Named | undefined => {
    if (reference === undefined) return undefined
    const parsed = parseReference(reference, localBases)
    if (parsed.kind === 'local') return { reference: `${parsed.type}/${parsed.id}`, expression }
    return parsed.kind === 'contained' ? undefined : { reference, expression }
  }
  const actors = (participant as Participant[]).flatMap((one, at) => {
    const named = takesTime(one)
      ? name(one.actor?.reference, `Appointment.participant[${at}].actor`)
      : undefined
    return named === undefined || named.reference.includes(':') ? [] : [named]
  })
  const slots = (slot as { reference?: string }[]).flatMap(
    // Named by an identifier, or by words alone, it is nobody's that could be kept.
    ({ reference = 'urn:unnamed' }, at) => name(reference, `Appointment.slot[${at}]`) ?? [],
  )
  const expires = extensionOf(appointment, holdExpires)?.valueInstant
  return {
    id,
    status: String(status),
    ...(typeof start === 'string' && { start: Date.parse(start) }),
    ...(typeof end === 'string' && { end: Date.parse(end) }),
    actors: distinct(actors),
    slots: distinct(slots.filter(({ reference }) => reference.startsWith('Slot/'))),
    foreignSlots: slots.filter(({ reference }) => !reference.startsWith('Slot/')),
    ...(typeof expires === 'string' && { expires }),
  }
}

/** https://hl7.org/fhir/R4/valueset-participantrequired.html: who is only told of a visit is not kept busy by it. */
export function takesTime({ status, required }: Omit<Participant, 'actor'>): boolean {
  return status !== 'declined' && required !== 'information-only'
}

function distinct(list: readonly Named[]): readonly Named[] {
  return list.filter(({ reference }, at) => list.findIndex((one) => one.reference === reference) === at)
}
