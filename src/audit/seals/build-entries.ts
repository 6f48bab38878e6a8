import { merkleRoot } from './merkle.ts'
import { publicPem, type SealingKey, signStatement } from './sealing-key.ts'
import {
  type Genesis,
  genesisPrevious,
  type Rotation,
  readStatement,
  type Seal,
  type Statement,
  statementHash,
  type Tombstone,
  writeStatement,
} from './statement.ts'

/** An entry of a chain as it is stored. */
export interface ChainEntry {
  readonly tenant: string
  readonly number: number
  readonly kind: Statement['kind']
  /** Of a seal or tombstone: `2026-11`. */
  readonly month?: string
  /** Of a seal. */
  readonly until?: string
  readonly statement: string
  readonly signature: Uint8Array
  /** Of a seal: its events, and their hashes one behind the other in the same order. */
  readonly ids?: readonly string[]
  readonly leaves?: Uint8Array
}

/** Events of a clinic and month, by their ids' order, with their hashes one behind the other. */
export interface PendingMonth {
  readonly tenant: string
  readonly month: string
  readonly ids: readonly string[]
  readonly leaves: Uint8Array
}

/** The transactions that a round of seals covers. */
export interface SealRange {
  /** All below it. */
  readonly until: string
  /** Nothing that is committed is left for the next round. */
  readonly whole: boolean
}

export interface SealingContext {
  readonly installation: string
  readonly now: Date
  readonly key: SealingKey
  /** The private key of an earlier kid, while it is kept: it signs its successor in. */
  readonly keyOf: (kid: string) => SealingKey | undefined
}

class UnknownSealingKey extends Error {
  readonly kid: string
  constructor(tenant: string, kid: string) {
    super(`The audit chain of ${tenant} was sealed with key ${kid}, which is not in this server's key folder`)
    this.kid = kid
  }
}

type Rest<S extends Statement> = Omit<S, 'installation' | 'tenant' | 'number' | 'previous' | 'time' | 'kid'>
type AnyRest = Rest<Genesis> | Rest<Seal> | Rest<Rotation> | Rest<Tombstone>

/** The end of one clinic's chain, to which entries are added. */
export class ChainEnd {
  readonly entries: ChainEntry[] = []
  readonly #tenant: string
  readonly #context: SealingContext
  #number = -1
  #previous = genesisPrevious
  #kid: string | undefined
  /** Number of the next event. */
  #next: number

  /** `head`: the last statement; `events`: how many events are sealed so far. */
  constructor(tenant: string, context: SealingContext, head?: string, events = 0) {
    this.#tenant = tenant
    this.#context = context
    this.#next = events + 1
    if (head === undefined) return
    const last = readStatement(head)
    this.#number = last.number
    this.#previous = statementHash(head)
    this.#kid = last.kind === 'rotation' ? last.next : last.kid
  }

  seal({ month, ids, leaves }: PendingMonth, { until, whole }: SealRange): void {
    const root = merkleRoot(leaves).toString('hex')
    const seal: Rest<Seal> = { kind: 'seal', month, first: this.#next, count: ids.length, root, until, whole }
    this.#add(seal, { month, until, ids, leaves })
    this.#next += ids.length
  }

  bury(tombstone: Omit<Rest<Tombstone>, 'kind'>): void {
    this.#add({ kind: 'tombstone', ...tombstone }, { month: tombstone.month })
  }

  #add(rest: Rest<Seal> | Rest<Tombstone>, stored: Partial<ChainEntry>): void {
    this.#useCurrentKey()
    this.#append(rest, this.#context.key, stored)
  }

  /** The chain begins with its key, and goes on with another only when the one before says so. */
  #useCurrentKey(): void {
    const { key, keyOf } = this.#context
    if (this.#kid === key.kid) return
    const publicKey = publicPem(key.publicKey)
    if (this.#kid === undefined) {
      this.#append({ kind: 'genesis', publicKey }, key)
    } else {
      const before = keyOf(this.#kid)
      if (before === undefined) throw new UnknownSealingKey(this.#tenant, this.#kid)
      const rotation: Rest<Rotation> = { kind: 'rotation', next: key.kid, publicKey }
      this.#append(rotation, before)
    }
    this.#kid = key.kid
  }

  #append(rest: AnyRest, key: SealingKey, stored: Partial<ChainEntry> = {}): void {
    const { installation, now } = this.#context
    this.#number++
    const statement = writeStatement({
      ...rest,
      installation,
      tenant: this.#tenant,
      number: this.#number,
      previous: this.#previous,
      time: now.toISOString(),
      kid: key.kid,
    } as Statement)
    this.#previous = statementHash(statement)
    this.entries.push({
      ...stored,
      tenant: this.#tenant,
      number: this.#number,
      kind: rest.kind,
      statement,
      signature: signStatement(statement, key),
    })
  }
}

export interface ChainHead {
  readonly tenant: string
  readonly statement: string
  readonly events: number
}

/** One seal a clinic and month; pure but for the signature. */
export function buildEntries(
  pending: readonly PendingMonth[],
  heads: readonly ChainHead[],
  range: SealRange,
  context: SealingContext,
): readonly ChainEntry[] {
  const entries: ChainEntry[] = []
  for (const [tenant, ofTenant] of Map.groupBy(pending, (month) => month.tenant)) {
    const head = heads.find((one) => one.tenant === tenant)
    const end = new ChainEnd(tenant, context, head?.statement, head?.events)
    for (const events of ofTenant) end.seal(events, range)
    entries.push(...end.entries)
  }
  return entries
}
