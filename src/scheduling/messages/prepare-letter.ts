import type { Resource } from '#fhir/resource.ts'
import type { Database } from '#store/store.ts'
import { extensionOf } from '../extension.ts'
import { holdExpires } from '../visit.ts'
import { isHeld, patientsOf, startOf } from './message-kind.ts'
import type { VisitMessage } from './message-rows.ts'
import { languageOfPatient, mailboxOfPatient } from './patient-mailbox.ts'
import { writeLetter } from './write-letter.ts'

export interface VisitLetter {
  /** The same however often it is sent. */
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
}

export interface LetterParts {
  readonly database: Pick<Database, 'asSystem'>
  readonly clock: () => Date
  /** What a clinic calls itself, and its clock. */
  readonly describeClinic: (tenant: string) => Promise<{ readonly name: string; readonly timeZone: string }>
}

/** What is true now is told, not what was when it was noted. */
export async function prepareLetter(
  { database, clock, describeClinic }: LetterParts,
  tenant: string,
  message: VisitMessage,
): Promise<VisitLetter | 'overtaken' | 'no-address'> {
  const { id, appointment, patient, kind } = message
  const stored = await database.asSystem(tenant).readMany([
    { type: 'Appointment', id: appointment },
    { type: 'Patient', id: patient },
  ])
  const read = (type: string) => {
    const found = stored.find((one) => one.type === type && !one.deleted)
    return found && (JSON.parse(found.text) as Resource)
  }
  const visit = read('Appointment')
  const person = read('Patient')
  const now = clock()
  if (visit === undefined || !isStill(message, visit, now)) return 'overtaken'
  const to = person && mailboxOfPatient(person, now)
  if (person === undefined || to === undefined) return 'no-address'
  const { name, timeZone } = await describeClinic(tenant)
  const told = {
    ...{ kind, clinic: name, timeZone, language: languageOfPatient(person) },
    was: message.was ?? undefined,
    start: kind === 'cancelled' ? undefined : new Date(startOf(visit)),
    deadline: kind === 'offered' ? deadlineOf(visit) : undefined,
  }
  return { id, to, ...writeLetter(told) }
}

function isStill({ kind, was, patient }: VisitMessage, visit: Resource, now: Date): boolean {
  if (kind === 'cancelled') return visit.status === 'cancelled' && (was === null || was > now)
  if (!(startOf(visit) > now.getTime()) || !patientsOf(visit).includes(patient)) return false
  if (kind === 'offered')
    return visit.status === 'pending' && (deadlineOf(visit)?.getTime() ?? 0) > now.getTime()
  if (kind === 'moved' && was?.getTime() === startOf(visit)) return false
  return (visit.status === 'booked' || visit.status === 'pending') && !isHeld(visit)
}

function deadlineOf(visit: Resource): Date | undefined {
  const until = extensionOf(visit, holdExpires)?.valueInstant
  return typeof until === 'string' ? new Date(until) : undefined
}
