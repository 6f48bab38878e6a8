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
  /** What visits beside it make of it. */
  readonly around?: 'busy' | 'busy-tentative'
}

export interface SlotState {
  readonly status: string
  /** It has followed visits beside it, not its own. */
  readonly around: boolean
}

/** The status of a slot follows the visits that take its time; what a client closed, took or disowned stays so. */
export function followingStatus(
  { status, around: followed }: SlotState,
  { firm, soft, earlier, around }: SlotClaims,
  capacity: number,
): SlotState {
  if (status === 'busy-unavailable' || status === 'entered-in-error') return { status, around: false }
  const own = firm + soft
  if (own >= capacity) return { status: soft > 0 ? 'busy-tentative' : 'busy', around: false }
  const follows = own > 0 || earlier > 0 || followed || status === 'free'
  if (!follows) return { status, around: false }
  return { status: around ?? 'free', around: around !== undefined }
}
