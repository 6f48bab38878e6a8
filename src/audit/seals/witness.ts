import { appendFile, open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { ChainEntry } from './build-entries.ts'
import { statementHash } from './statement.ts'
import type { KnownHead } from './verify-chain.ts'

/** Somebody outside the database who keeps a copy of every entry, so that nobody can rewrite the past. */
export interface Witness {
  readonly name: string
  remember(entries: readonly ChainEntry[]): Promise<void>
}

/** An entry as it leaves the database: the statement as it was signed, and the signature. */
function witnessLine({ tenant, number, statement, signature }: ChainEntry): string {
  return JSON.stringify({ tenant, number, statement, signature: Buffer.from(signature).toString('base64') })
}

/** Appends; give it a disk of its own, or one that forgets nothing. */
export function fileWitness(url: URL): Witness {
  return {
    name: url.href,
    remember: (entries) =>
      appendFile(fileURLToPath(url), entries.map((entry) => `${witnessLine(entry)}\n`).join('')),
  }
}

/** Lines of NDJSON by POST; any answer of 2xx means that they are kept. */
export function hookWitness(url: URL): Witness {
  return {
    name: url.origin,
    async remember(entries) {
      const body = entries.map((entry) => `${witnessLine(entry)}\n`).join('')
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body,
        signal: AbortSignal.timeout(10_000),
        redirect: 'error',
      })
      if (!answer.ok) throw new Error(`The witness answered ${answer.status}`)
    },
  }
}

/** Hands on what was sealed, in order; what a witness could not take waits for its next turn. */
export class Witnesses {
  readonly #witnesses: readonly Witness[]
  readonly #onFault: (sentence: string, cause: unknown) => void
  readonly #waiting = new Map<Witness, ChainEntry[]>()
  #sending: Promise<void> = Promise.resolve()

  constructor(witnesses: readonly Witness[], onFault: (sentence: string, cause: unknown) => void) {
    this.#witnesses = witnesses
    this.#onFault = onFault
  }

  /** Entries that some witness has not taken yet. */
  get behind(): number {
    return Math.max(0, ...[...this.#waiting.values()].map(({ length }) => length))
  }

  tell(entries: readonly ChainEntry[]): void {
    if (this.#witnesses.length === 0) return
    for (const witness of this.#witnesses) {
      const waiting = this.#waiting.get(witness) ?? []
      // Ids and hashes stay behind: a witness keeps what is signed.
      waiting.push(...entries.map(({ ids: _, leaves: __, ...entry }) => entry))
      this.#waiting.set(witness, waiting.slice(-mostWaiting))
    }
    this.#sending = this.#sending.then(() => this.#sendAll())
  }

  /** What is on its way. */
  flush(): Promise<void> {
    return this.#sending
  }

  async #sendAll(): Promise<void> {
    for (const [witness, waiting] of this.#waiting) {
      const batch = waiting.splice(0)
      if (batch.length === 0) continue
      try {
        await witness.remember(batch)
      } catch (cause) {
        this.#waiting.set(witness, [...batch, ...waiting].slice(-mostWaiting))
        this.#onFault(
          `The witness ${witness.name} did not take ${batch.length} seals; they are sent again`,
          cause,
        )
      }
    }
  }
}

/** About a day of a busy clinic; the chain itself holds all of them. */
const mostWaiting = 100_000

/** Of lines that a witness kept: the newest entry of each clinic. */
export async function lastWitnessed(file: string): Promise<ReadonlyMap<string, KnownHead>> {
  const heads = new Map<string, KnownHead>()
  await using kept = await open(file)
  for await (const line of kept.readLines()) {
    if (line === '') continue
    const { tenant, number, statement } = JSON.parse(line) as ChainEntry
    if (number > (heads.get(tenant)?.number ?? -1))
      heads.set(tenant, { number, hash: statementHash(statement) })
  }
  return heads
}
