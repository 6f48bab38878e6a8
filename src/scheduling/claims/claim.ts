import type { StoredVersion } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'
import type { SlotClaims } from '../slot-status.ts'
import type { Wish } from './wishes.ts'

/** What a transaction's appointments take and give back. */
export interface Claiming {
  readonly wishes: readonly Wish[]
  /** Appointments whose claims so far are given back first. */
  readonly replaced: readonly string[]
  readonly slots: readonly string[]
  readonly holds: readonly NewHold[]
}

export interface NewHold {
  readonly appointment: string
  readonly client: string
  readonly holder: string | null
  readonly patient: string | null
  readonly expires: string
}

/** What an appointment that is replaced had. */
export interface Freed {
  readonly actor: string
  readonly begins: string
  readonly ends: string
}

export interface Claimed {
  readonly lost: readonly Lost[]
  /** Appointments that take more than there is room for. */
  readonly over: readonly string[]
  readonly held: readonly Held[]
  /** How many holds a client or patient now has. */
  readonly quotas: readonly { readonly name: string; readonly holds: number }[]
  readonly slots: readonly ClaimedSlot[]
  readonly freed: readonly Freed[]
}

/** `actor` has no room for `appointment`. */
export interface Lost {
  readonly appointment: string
  readonly actor: string
}

export interface Held extends NewHold {
  readonly ended: boolean
}

export interface ClaimedSlot {
  readonly current: StoredVersion
  readonly claims: SlotClaims
}

interface Row {
  readonly kind: 'lost' | 'held' | 'quota' | 'over' | 'slot' | 'freed'
  readonly name: string
  readonly appointment: string
  readonly details: Held & Freed
  readonly id: string
  readonly version: number
  readonly updated: Date
  readonly method: StoredVersion['method']
  readonly text: string
  readonly firm: number
  readonly soft: number
  readonly earlier: number
}

/** What is given back is what there was before the function has begun. */
const text = `select 'freed' as kind, c.actor as name, null as appointment, null as other,
    jsonb_build_object('actor', c.actor, 'begins', lower(c.period), 'ends', upper(c.period)) as details, null as id,
    null::integer as version, null::timestamptz as updated, null as method, null as text,
    null::integer as firm, null::integer as soft, null::integer as earlier
  from booking_claim c where c.tenant = current_setting('almanac.tenant') and c.appointment = any($2)
  union all select * from almanac_claim($1, $2, $3, $4)`

/** The one way to a claim: src/scheduling/migrations/0061-overbooking.sql tells what happens in which order. */
export async function claim(tx: Transaction, { wishes, replaced, slots, holds }: Claiming): Promise<Claimed> {
  const rows = await tx.query<Row>(text, [JSON.stringify(wishes), replaced, slots, JSON.stringify(holds)])
  return {
    lost: rows
      .filter(({ kind }) => kind === 'lost')
      .map(({ appointment, name }) => ({ appointment, actor: name })),
    over: rows.filter(({ kind }) => kind === 'over').map(({ appointment }) => appointment),
    freed: rows.filter(({ kind }) => kind === 'freed').map(({ details }) => details),
    held: rows.filter(({ kind }) => kind === 'held').map(({ details }) => details),
    quotas: rows.filter(({ kind }) => kind === 'quota').map(({ name, firm }) => ({ name, holds: firm })),
    slots: rows
      .filter(({ kind }) => kind === 'slot')
      .map(({ id, version, updated, method, text, firm, soft, earlier }) => ({
        current: { type: 'Slot', id, version, updated, method, text, deleted: false },
        claims: { firm, soft, earlier },
      })),
  }
}
