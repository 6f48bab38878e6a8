import { Refusal } from '#fhir/refusal.ts'

/** What a client may make of a Slot without appointments; with them its status follows theirs. */
const moves: Readonly<Record<string, readonly string[]>> = {
  free: ['busy-tentative', 'busy', 'busy-unavailable', 'entered-in-error'],
  'busy-tentative': ['free', 'busy', 'entered-in-error'],
  busy: ['free', 'entered-in-error'],
  'busy-unavailable': ['free', 'entered-in-error'],
  'entered-in-error': [],
}

export function checkSlotMove(from: string, to: string, about: string): void {
  const allowed = moves[from] ?? []
  if (from === to || allowed.includes(to)) return
  // Whoever closes a free slot may find it taken meanwhile: that is no step of theirs that was wrong.
  if (from === 'busy' || from === 'busy-tentative')
    throw new Refusal(
      'conflict',
      `${about} is ${from}: cancel or move what takes it before it becomes ${to}.`,
      {
        about,
        expression: 'Slot.status',
      },
    )
  throw new Refusal(
    'business-rule',
    `A Slot that is ${from} cannot become ${to}: ${allowed.length === 0 ? 'it is final' : `it can become ${allowed.join(', ')}`}.`,
    { expression: 'Slot.status' },
  )
}

/** Claims on a slot after a change, and how many there were before it. */
export interface SlotClaims {
  readonly firm: number
  /** Holds, and visits that are still pending. */
  readonly soft: number
  readonly earlier: number
}

/** The status of a slot follows its appointments; what a client closed or disowned stays so. */
export function followingStatus(
  status: string,
  { firm, soft, earlier }: SlotClaims,
  capacity: number,
): string {
  if (status === 'busy-unavailable' || status === 'entered-in-error') return status
  if (firm + soft === 0) return earlier > 0 ? 'free' : status
  if (firm + soft < capacity) return 'free'
  return soft > 0 ? 'busy-tentative' : 'busy'
}
