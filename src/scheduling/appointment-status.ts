import { Refusal } from '#fhir/refusal.ts'

/** Where an Appointment may go from where it is; https://hl7.org/fhir/R4/valueset-appointmentstatus.html gives the words. */
const moves: Readonly<Record<string, readonly string[]>> = {
  proposed: ['pending', 'booked', 'waitlist', 'cancelled', 'entered-in-error'],
  waitlist: ['proposed', 'pending', 'booked', 'cancelled', 'entered-in-error'],
  pending: ['booked', 'proposed', 'waitlist', 'cancelled', 'entered-in-error'],
  booked: ['arrived', 'checked-in', 'fulfilled', 'noshow', 'cancelled', 'pending', 'entered-in-error'],
  arrived: ['checked-in', 'fulfilled', 'cancelled', 'entered-in-error'],
  'checked-in': ['fulfilled', 'noshow', 'cancelled', 'entered-in-error'],
  // A mistake of the front desk.
  noshow: ['booked', 'entered-in-error'],
  fulfilled: ['entered-in-error'],
  cancelled: ['entered-in-error'],
  'entered-in-error': [],
}

export function checkMove(from: string, to: string): void {
  const allowed = moves[from] ?? []
  if (from === to || allowed.includes(to)) return
  throw new Refusal(
    'business-rule',
    `An Appointment that is ${from} cannot become ${to}: ${allowed.length === 0 ? 'it is final' : `it can become ${allowed.join(', ')}`}.`,
    { expression: 'Appointment.status' },
  )
}

/** Takes time for sure. */
const firm: ReadonlySet<string> = new Set(['booked', 'arrived', 'checked-in'])

/** `kept`: a visit that has taken place keeps what it took; a plan takes nothing. */
export type Taking = 'firm' | 'tentative' | 'kept' | 'nothing'

/** A proposal takes time only as a hold. */
export function takingOf(status: string, held: boolean): Taking {
  if (firm.has(status)) return 'firm'
  if (status === 'pending' || (status === 'proposed' && held)) return 'tentative'
  return status === 'fulfilled' ? 'kept' : 'nothing'
}
