import type { ChainEntry } from './build-entries.ts'
import type { Fault, FaultKind } from './fault.ts'
import { hashLength, leafOf, merkleRoot } from './merkle.ts'
import type { Seal } from './statement.ts'

export interface SealedText {
  readonly id: string
  readonly text: string
  /** Of its row, when it comes from a table. */
  readonly updated?: Date
  /** Of its row or its form, where what searches go by is not what the text says. */
  readonly falseColumn?: { readonly column: string; readonly parameter: string; readonly form?: string }
}

/** Where the events come from: the database, or an export. */
export interface EventSource {
  /** Those of the ids that are in the month. */
  events(tenant: string, month: string, ids: readonly string[]): Promise<readonly SealedText[]>
  /** Where an event is that its month lacks. */
  find(tenant: string, id: string): Promise<{ readonly tenant: string; readonly month: string } | undefined>
}

/** Transactions last minutes at most, and clocks of several servers differ by less. */
const leeway = 15 * 60_000

/** Compares what a seal covers with what is there. `sealedBefore`: when everything older had been sealed already. */
export async function verifyEvents(
  source: EventSource,
  entry: ChainEntry,
  seal: Seal,
  sealedBefore: string | undefined,
): Promise<readonly Fault[]> {
  const { tenant, number } = entry
  const faults: Fault[] = []
  const ids = entry.ids ?? []
  const leaves = entry.leaves ?? new Uint8Array()
  const complete = ids.length === seal.count && leaves.length === ids.length * hashLength
  if (!complete || merkleRoot(leaves).toString('hex') !== seal.root) {
    const sentence = `The hashes of entry ${number} do not make the root that was signed.`
    return [{ kind: 'entry-altered', tenant, entry: number, sentence }]
  }
  const found = Map.groupBy(await source.events(tenant, seal.month, ids), ({ id }) => id)
  const earliest = sealedBefore === undefined ? 0 : Date.parse(sealedBefore) - leeway
  for (const [at, id] of ids.entries()) {
    const fault = (kind: FaultKind, sentence: string) =>
      faults.push({ kind, tenant, entry: number, event: id, sequence: seal.first + at, sentence })
    const [event, twin] = found.get(id) ?? []
    if (event === undefined) {
      const other = await source.find(tenant, id)
      if (other === undefined) fault('missing', `Event ${id} is missing.`)
      else fault('moved', `Event ${id} was moved: ${placeOf(other, tenant)}.`)
      continue
    }
    if (twin !== undefined) fault('inserted', `Event ${id} is there twice.`)
    const leaf = leaves.subarray(at * hashLength, (at + 1) * hashLength)
    if (!leafOf(event.text).equals(leaf)) {
      fault('altered', `Event ${id} is not what was sealed.`)
      continue
    }
    const recorded = timeOf(event.text)
    if (event.updated !== undefined && event.updated.getTime() !== recorded)
      fault('moved', `Event ${id} lies at another time than it tells.`)
    if (recorded < earliest)
      fault('back-dated', `Event ${id} says that it was recorded before events that had long been sealed.`)
    if (event.falseColumn !== undefined)
      faults.push({
        ...{ kind: 'column', tenant, entry: number, event: id, sequence: seal.first + at },
        ...{ column: event.falseColumn.column, sentence: falseColumn(id, event.falseColumn) },
      })
  }
  return faults
}

function falseColumn(
  id: string,
  { column, parameter, form }: NonNullable<SealedText['falseColumn']>,
): string {
  const whose = form === undefined ? '' : ` of its form ${form}, which other events may share,`
  return (
    `Event ${id} is as it was sealed, but the column ${column}${whose} does not hold what the event says, so searches are misled: ` +
    `npm run reindex -- --type AuditEvent --parameter ${parameter} fills it anew.`
  )
}

function placeOf(other: { tenant: string; month: string }, tenant: string): string {
  return other.tenant === tenant ? `it lies in ${other.month}` : `it lies with the clinic ${other.tenant}`
}

function timeOf(text: string): number {
  const { meta, recorded } = JSON.parse(text) as { meta?: { lastUpdated?: string }; recorded?: string }
  return Date.parse(meta?.lastUpdated ?? recorded ?? '')
}
