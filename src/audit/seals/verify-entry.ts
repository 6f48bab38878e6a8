import type { KeyObject } from 'node:crypto'
import type { ChainEntry } from './build-entries.ts'
import type { Fault, FaultKind } from './fault.ts'
import { isSignedBy, kidOf, readPublicKey } from './sealing-key.ts'
import { genesisPrevious, readStatement, type Statement, statementHash, writeStatement } from './statement.ts'

/** Public keys that are trusted from outside the database, by kid. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>

/** Walks one clinic's chain and knows what its next entry must be. */
export class ChainWalk {
  readonly tenant: string
  /** Of the entry last seen. */
  number = -1
  hash = genesisPrevious
  time = ''
  until = '0'
  /** Events sealed so far. */
  events = 0
  /** When all that had been committed was sealed, before the entry last seen: no later event is older. */
  sealedBefore: string | undefined
  #wholeAt: string | undefined
  #kid: string | undefined
  readonly #keys: Map<string, KeyObject>

  constructor(tenant: string, trusted: TrustedKeys) {
    this.tenant = tenant
    this.#keys = new Map(trusted)
  }

  /** Goes on behind an entry that is known from elsewhere. */
  resume(known: { readonly number: number; readonly hash: string } | undefined): void {
    if (known === undefined) return
    this.number = known.number
    this.hash = known.hash
  }

  /** What is wrong with the entry by itself and in its place; what it says, when that can be read. */
  check(entry: ChainEntry): { readonly faults: readonly Fault[]; readonly statement?: Statement } {
    const faults: Fault[] = []
    const fault = (kind: FaultKind, sentence: string) =>
      faults.push({ kind, tenant: this.tenant, entry: entry.number, sentence })
    const statement = readOrNone(entry.statement)
    const expected = this.number + 1
    if (statement === undefined || statement.number !== entry.number || statement.tenant !== this.tenant) {
      fault('entry-altered', `Entry ${entry.number} does not say what its row says.`)
      this.#passOver(entry)
      return { faults }
    }
    if (entry.number > expected) fault('entry-missing', `Entry ${expected} of the chain is missing.`)
    else if (statement.previous !== this.hash)
      fault('entry-reordered', `Entry ${entry.number} does not follow the entry before it.`)
    if (!agrees(entry, statement))
      fault('entry-altered', `The row of entry ${entry.number} differs from what was signed.`)
    this.#checkSignature(entry, statement, fault)
    this.#goOn(entry, statement)
    return { faults, statement }
  }

  #checkSignature(
    { statement: text, signature, number }: ChainEntry,
    statement: Statement,
    fault: (kind: FaultKind, sentence: string) => void,
  ): void {
    const key = this.#keys.get(statement.kid)
    if (key === undefined)
      fault('unknown-key', `Entry ${number} is signed with key ${statement.kid}, which is not trusted.`)
    else if (!isSignedBy(text, signature, key) || writeStatement(statement) !== text)
      fault('bad-signature', `The signature of entry ${number} does not fit what it says.`)
    else if (this.#kid !== undefined && statement.kid !== this.#kid)
      fault('unknown-key', `Entry ${number} is signed with a key that the chain had not changed to.`)
    else if (statement.kind === 'rotation') this.#learn(statement.next, statement.publicKey)
  }

  #learn(kid: string, pem: string): void {
    const key = readPublicKey(pem)
    if (kidOf(key) === kid) this.#keys.set(kid, key)
  }

  #goOn(entry: ChainEntry, statement: Statement): void {
    this.number = entry.number
    this.hash = statementHash(entry.statement)
    this.time = statement.time
    this.#kid = statement.kind === 'rotation' ? statement.next : statement.kid
    if (statement.kind !== 'seal') return
    if (statement.until !== this.until) this.sealedBefore = this.#wholeAt
    if (statement.whole) this.#wholeAt = statement.time
    this.until = statement.until
    this.events = statement.first + statement.count - 1
  }

  #passOver(entry: ChainEntry): void {
    this.number = entry.number
    this.hash = statementHash(entry.statement)
    this.#kid = undefined
  }
}

function readOrNone(text: string): Statement | undefined {
  try {
    return readStatement(text)
  } catch {
    return undefined
  }
}

/** The columns that queries go by say the same as the statement. */
function agrees({ kind, month, until, ids }: ChainEntry, statement: Statement): boolean {
  if (kind !== statement.kind) return false
  if (statement.kind === 'seal')
    return (
      month === statement.month &&
      (until === undefined || until === statement.until) &&
      (ids === undefined || ids.length === statement.count)
    )
  return statement.kind !== 'tombstone' || month === statement.month
}
