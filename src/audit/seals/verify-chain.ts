import type { ChainEntry } from './build-entries.ts'
import type { Fault } from './fault.ts'
import { statementHash, type Tombstone } from './statement.ts'
import { ChainWalk, type TrustedKeys } from './verify-entry.ts'
import { type EventSource, verifyEvents } from './verify-events.ts'

/** A clinic's chain, wherever it is read from. */
export interface ChainSource extends EventSource {
  /** In their order, from the number on. */
  entries(tenant: string, from: number): AsyncIterable<ChainEntry>
  /** Months with a tombstone somewhere along the chain, and the number of its entry. */
  buried(tenant: string): Promise<ReadonlyMap<string, number>>
  /** Events that the seals should cover and do not, a few of them; `thorough`: even where their numbers agree. */
  inserted(
    tenant: string,
    until: string,
    sealed: ReadonlyMap<string, number>,
    thorough: boolean,
  ): AsyncIterable<{ readonly id: string; readonly month: string }>
  /** What is not sealed yet. */
  tail(tenant: string, until: string): Promise<{ readonly events: number; readonly oldest?: Date }>
}

export interface KnownHead {
  readonly number: number
  readonly hash: string
}

export interface Verdict {
  readonly tenant: string
  readonly entries: number
  readonly events: number
  /** Months dropped, with how many events they had. */
  readonly buried: ReadonlyMap<string, number>
  readonly unsealed: number
  readonly head: KnownHead & { readonly time: string }
  readonly faults: readonly Fault[]
}

export interface VerifyOptions {
  readonly keys: TrustedKeys
  /** The end of the chain as somebody outside the database knows it. */
  readonly known?: KnownHead | undefined
  readonly now: Date
  /** Faults to find before giving up. */
  readonly most?: number
}

/** An event is sealed within seconds; only a sealer that does not run leaves one for so long. */
const sealedWithin = 10 * 60_000

/** One clinic, from the first entry to the last, in constant memory but for a number a month. */
export async function verifyChain(
  source: ChainSource,
  tenant: string,
  { keys, known, now, most = 100 }: VerifyOptions,
): Promise<Verdict> {
  const walk = new ChainWalk(tenant, keys)
  const buried = await source.buried(tenant)
  const faults: Fault[] = []
  const sealed = new Map<string, number>()
  const tombstones = new Map<string, Tombstone>()
  const lastSeals = new Map<string, string>()
  let events = 0
  let entries = 0
  for await (const entry of source.entries(tenant, 0)) {
    if (faults.length >= most) break
    const { faults: found, statement } = walk.check(entry)
    faults.push(...found)
    entries++
    if (known?.number === entry.number && known.hash !== statementHash(entry.statement))
      faults.push(rewritten(tenant, known))
    if (statement?.kind === 'tombstone') {
      tombstones.set(statement.month, statement)
      faults.push(...checkTombstone(statement, sealed, lastSeals))
      sealed.set(statement.month, 0)
    }
    if (statement?.kind !== 'seal') continue
    sealed.set(statement.month, (sealed.get(statement.month) ?? 0) + statement.count)
    lastSeals.set(statement.month, statementHash(entry.statement))
    events += statement.count
    if (!buried.has(statement.month))
      faults.push(...(await verifyEvents(source, entry, statement, walk.sealedBefore)))
  }
  if (known !== undefined && known.number > walk.number && faults.length < most)
    faults.push(truncated(tenant, walk.number, known))
  const thorough = faults.length > 0
  const moved = new Set(faults.filter(({ kind }) => kind === 'moved').map(({ event }) => event))
  for await (const { id, month } of source.inserted(tenant, walk.until, sealed, thorough)) {
    if (faults.length >= most) break
    if (moved.has(id)) continue
    const sentence = `Event ${id} of ${month} is in no seal: it was put in beside the server.`
    faults.push({ kind: 'inserted', tenant, event: id, sentence })
  }
  const tail = await source.tail(tenant, walk.until)
  if (tail.oldest !== undefined && now.getTime() - tail.oldest.getTime() > sealedWithin)
    faults.push({
      kind: 'unsealed',
      tenant,
      sentence: `${tail.events} events wait to be sealed since ${tail.oldest.toISOString()}: no server seals, or events were put in.`,
    })
  return {
    tenant,
    entries,
    events,
    buried: new Map([...tombstones].map(([month, { count }]) => [month, count])),
    unsealed: tail.events,
    head: { number: walk.number, hash: walk.hash, time: walk.time },
    faults: faults.slice(0, most),
  }
}

function checkTombstone(
  { tenant, number, month, count, last }: Tombstone,
  sealed: ReadonlyMap<string, number>,
  lastSeals: ReadonlyMap<string, string>,
): readonly Fault[] {
  if (sealed.get(month) === count && lastSeals.get(month) === last) return []
  const sentence = `The tombstone of ${month} does not fit the seals of that month.`
  return [{ kind: 'entry-altered', tenant, entry: number, sentence }]
}

function rewritten(tenant: string, { number }: KnownHead): Fault {
  const sentence = `Entry ${number} is not the one that the witness saw: the chain was rewritten.`
  return { kind: 'rewritten', tenant, entry: number, sentence }
}

function truncated(tenant: string, last: number, { number }: KnownHead): Fault {
  const sentence = `The chain ends with entry ${last}, but the witness saw entry ${number}: its end was cut off.`
  return { kind: 'truncated', tenant, entry: last + 1, sentence }
}
