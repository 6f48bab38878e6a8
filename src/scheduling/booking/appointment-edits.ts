import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { type Extension, withoutExtension } from '../extension.ts'
import { extensionUrls } from '../known-extensions.ts'
import { withReason } from '../status-reason.ts'
import { holdExpires } from '../visit.ts'

interface Participant {
  readonly actor?: { readonly reference?: string }
  readonly status?: string
}

const participantsOf = (appointment: Resource) => (appointment.participant ?? []) as readonly Participant[]

/** https://hl7.org/fhir/R4/valueset-participationstatus.html; who has declined stays out. */
function withParticipants(appointment: Resource, status: 'accepted' | 'tentative'): Resource {
  const participant = participantsOf(appointment).map((one) =>
    one.status === 'declined' ? one : { ...one, status },
  )
  return { ...appointment, participant }
}

export function withPatients(appointment: Resource, references: readonly string[]): Resource {
  const there = new Set(participantsOf(appointment).map(({ actor }) => actor?.reference))
  const added = references
    .filter((reference) => !there.has(reference))
    .map((reference) => ({ actor: { reference }, status: 'accepted' }))
  return added.length === 0
    ? appointment
    : { ...appointment, participant: [...added, ...participantsOf(appointment)] }
}

export function asHold(appointment: Resource, expires: Date): Resource {
  const { extension = [], ...rest } = withoutExtension(appointment, holdExpires) as Resource & {
    extension?: Extension[]
  }
  return {
    ...withParticipants(rest as Resource, 'tentative'),
    status: 'pending',
    extension: [...extension, { url: holdExpires, valueInstant: expires.toISOString() }],
  }
}

export function asBooked(appointment: Resource): Resource {
  return { ...withParticipants(withoutExtension(appointment, holdExpires), 'accepted'), status: 'booked' }
}

export interface Reason {
  /** Who did it, when they take part in the visit. */
  readonly by?: string | undefined
  readonly concept?: object | undefined
  readonly text?: string | undefined
}

/** R4 lets only a cancelled appointment have a cancelationReason (app-4 as written): others keep it in IHE's extension. */
export function withStatus(
  appointment: Resource,
  status: 'cancelled' | 'noshow',
  { by, concept, text }: Reason,
): Resource {
  const reason = concept ?? (text === undefined ? undefined : { text })
  return {
    ...withReason(withoutExtension(appointment, holdExpires), reason),
    status,
    ...(reason !== undefined && status === 'cancelled' && { cancelationReason: reason }),
    participant: participantsOf(appointment).map((one) =>
      status === 'cancelled' && by !== undefined && one.actor?.reference === by
        ? { ...one, status: 'declined' }
        : one,
    ),
  }
}

export function withComment(appointment: Resource, comment: unknown): Resource {
  if (typeof comment !== 'string') return appointment
  const { comment: earlier } = appointment
  return { ...appointment, comment: typeof earlier === 'string' ? `${earlier}\n${comment}` : comment }
}

/** The rules that shall not count for it, and why: whether the caller may say so is the rules' to judge. */
export function withOverrides(
  appointment: Resource,
  parameters: ReadonlyMap<string, readonly unknown[]>,
): Resource {
  const rules = parameters.get('override-rule') ?? []
  if (rules.length === 0) return appointment
  const [reason] = parameters.get('override-reason') ?? []
  if (reason === undefined)
    throw new Refusal('required', 'A rule is overridden with a reason: give override-reason.', {
      expression: 'override-reason',
    })
  const { extension = [] } = appointment as Resource & { extension?: readonly object[] }
  const added = rules.map((rule) => ({
    url: extensionUrls.overrideReason,
    extension: [
      { url: 'rule', valueString: rule },
      { url: 'reason', valueString: reason },
    ],
  }))
  return { ...appointment, extension: [...extension, ...added] } as Resource
}
