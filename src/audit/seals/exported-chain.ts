import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ChainEntry } from './build-entries.ts'
import { readStatement, type Statement } from './statement.ts'
import type { ChainSource, KnownHead } from './verify-chain.ts'
import type { SealedText } from './verify-events.ts'

/** One line of seals.ndjson. */
export interface ExportedEntry {
  readonly statement: string
  /** Base64. */
  readonly signature: string
  readonly ids?: readonly string[]
  /** Hashes in hex, in the order of the ids. */
  readonly leaves?: readonly string[]
}

export interface Manifest {
  readonly tenant: string
  readonly installation: string
  readonly exported: string
  readonly head: KnownHead
  readonly events: number
  readonly buried: Readonly<Record<string, number>>
}

export function exportEntry({ statement, signature, ids, leaves }: ChainEntry): ExportedEntry {
  return {
    statement,
    signature: Buffer.from(signature).toString('base64'),
    ...(ids !== undefined && { ids }),
    ...(leaves !== undefined && { leaves: Buffer.from(leaves).toString('hex').match(/.{64}/g) ?? [] }),
  }
}

/** Lines that came up and that no seal asked for yet; more than these at a time means that lines were put in. */
const mostWaiting = 10_000

/** An export folder as a chain: events.ndjson is read once, from its beginning to its end. */
export class ExportedChain implements ChainSource {
  readonly tenant: string
  readonly installation: string
  readonly head: KnownHead
  readonly exported: Date
  readonly #folder: string
  readonly #buried: ReadonlyMap<string, number>
  readonly #lines: AsyncIterator<string>
  readonly #waiting = new Map<string, SealedText[]>()

  private constructor(folder: string, manifest: Manifest) {
    this.#folder = folder
    this.tenant = manifest.tenant
    this.installation = manifest.installation
    this.head = manifest.head
    this.exported = new Date(manifest.exported)
    this.#buried = new Map(Object.entries(manifest.buried))
    this.#lines = readLines(join(folder, 'events.ndjson'))
  }

  static async open(folder: string): Promise<ExportedChain> {
    return new ExportedChain(folder, JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')))
  }

  async *entries(tenant: string): AsyncGenerator<ChainEntry> {
    let at = 0
    const lines = readLines(join(this.#folder, 'seals.ndjson'))
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      const { statement, signature, ids, leaves } = JSON.parse(line.value) as ExportedEntry
      const says = readStatement(statement) as Statement & { readonly month?: string }
      yield {
        tenant,
        number: says.number ?? at,
        kind: says.kind,
        ...(says.month !== undefined && { month: says.month }),
        statement,
        signature: Buffer.from(signature, 'base64'),
        ...(ids !== undefined && { ids }),
        ...(leaves !== undefined && { leaves: Buffer.from(leaves.join(''), 'hex') }),
      }
      at++
    }
  }

  async buried(): Promise<ReadonlyMap<string, number>> {
    return this.#buried
  }

  async events(_tenant: string, _month: string, ids: readonly string[]): Promise<readonly SealedText[]> {
    const found: SealedText[] = []
    const missing = new Set(ids)
    const take = (id: string) => {
      const events = this.#waiting.get(id)
      if (events === undefined) return
      found.push(...events)
      this.#waiting.delete(id)
      missing.delete(id)
    }
    for (const id of ids) take(id)
    while (missing.size > 0 && this.#waiting.size < mostWaiting) {
      const line = await this.#lines.next()
      if (line.done) break
      const event = { id: idOf(line.value), text: line.value }
      this.#waiting.set(event.id, [...(this.#waiting.get(event.id) ?? []), event])
      if (missing.has(event.id)) take(event.id)
    }
    return found
  }

  async find(): Promise<undefined> {
    return undefined
  }

  /** What is left when all seals have been served. */
  async *inserted(): AsyncGenerator<{ readonly id: string; readonly month: string }> {
    for (const id of this.#waiting.keys()) yield { id, month: 'the export' }
    for (let line = await this.#lines.next(); !line.done; line = await this.#lines.next())
      yield { id: idOf(line.value), month: 'the export' }
  }

  async tail(): Promise<{ readonly events: number }> {
    return { events: 0 }
  }
}

function readLines(file: string): AsyncIterator<string> {
  return createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })[
    Symbol.asyncIterator
  ]()
}

function idOf(line: string): string {
  try {
    return String((JSON.parse(line) as { id?: unknown }).id)
  } catch {
    return `unreadable line ${line.slice(0, 40)}`
  }
}
