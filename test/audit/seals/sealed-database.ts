import { randomUUIDv7 } from 'node:crypto'
import type { ChainEntry, SealingContext } from '#audit/seals/build-entries.ts'
import { Sealer } from '#audit/seals/sealer.ts'
import { makeSealingKey, type SealingKey } from '#audit/seals/sealing-key.ts'
import { statementHash } from '#audit/seals/statement.ts'
import { type Verdict, verifyChain } from '#audit/seals/verify-chain.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { AuditChain } from '#store/audit-chain.ts'
import { AuditSeals } from '#store/audit-seals.ts'
import { createEventExtraction } from '#store/event-columns.ts'
import { auditEvent, formedEvent } from '../../store/changes.ts'
import { createTestDatabase, type TestDatabase, testBase, testTimeZone } from '../../support/database.ts'

export interface SealedDatabase extends AsyncDisposable {
  readonly db: TestDatabase
  readonly seals: AuditSeals
  /** All entries that were made. */
  readonly entries: ChainEntry[]
  /** Records so many events and seals them; gives their ids in the order of the log. */
  record(count: number, recorded?: Date, tenant?: string): Promise<readonly string[]>
  /** The same, of a form that they have in common. */
  recordFormed(count: number): Promise<readonly string[]>
  seal(): Promise<void>
  rotate(): SealingKey
  /** For whoever adds to the chains beside the sealer. */
  context(): SealingContext
  verify(options?: { tenant?: string; witness?: boolean; keys?: readonly SealingKey[] }): Promise<Verdict>
}

const extraction = createEventExtraction(loadDefinitions(), () => ({
  localBases: [testBase],
  timeZone: testTimeZone,
}))

/** A database whose audit trail is sealed when the test says so. */
export async function openSealedDatabase(): Promise<SealedDatabase> {
  const db = await createTestDatabase()
  const seals = new AuditSeals(db.url)
  const entries: ChainEntry[] = []
  const keys = [makeSealingKey()]
  const sealer = new Sealer({
    installation: 'test-installation',
    seal: (most, build) => seals.seal(most, build),
    keys: {
      current: () => keys.at(-1) as SealingKey,
      keyOf: (kid) => keys.find((key) => key.kid === kid),
    },
    clock: () => new Date(),
    onSealed: (made) => entries.push(...made),
    onFault: (cause) => {
      throw cause
    },
  })
  const seal = async () => {
    // Transactions of other test files hold back what is known to be complete.
    for (const deadline = Date.now() + 50_000; ; ) {
      await sealer.sealAll()
      const [row] = await db.query<{ waiting: boolean }>(
        `select exists (select from auditevent where xid >= coalesce((select max(until::text::bigint) from audit_seal), 0)::text::xid8) as waiting`,
      )
      if (row?.waiting === false) return
      if (Date.now() > deadline) throw new Error('The events were not sealed')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return {
    db,
    seals,
    entries,
    seal,
    async record(count, recorded = new Date(), tenant = 'main') {
      const ids = Array.from({ length: count }, () => randomUUIDv7())
      await Promise.all(ids.map((id) => db.database.recordAudit(tenant, auditEvent(id, recorded))))
      await seal()
      return ids.sort()
    },
    async recordFormed(count) {
      const ids = Array.from({ length: count }, () => randomUUIDv7())
      await Promise.all(
        ids.map((id) => db.database.recordAudit('main', formedEvent(db.database, 'main', id))),
      )
      await seal()
      return ids.sort()
    },
    context: () => ({
      installation: 'test-installation',
      now: new Date(),
      key: keys.at(-1) as SealingKey,
      keyOf: (kid) => keys.find((key) => key.kid === kid),
    }),
    rotate() {
      const key = makeSealingKey()
      keys.push(key)
      return key
    },
    async verify({ tenant = 'main', witness = true, keys: trusted = keys.slice(0, 1) } = {}) {
      await using chain = await AuditChain.open(db.url, extraction)
      const head = entries.findLast((entry) => entry.tenant === tenant)
      const known =
        head === undefined || !witness
          ? undefined
          : { number: head.number, hash: statementHash(head.statement) }
      return await verifyChain(chain, tenant, {
        keys: new Map(trusted.map(({ kid, publicKey }) => [kid, publicKey])),
        known,
        now: new Date(),
      })
    },
    async [Symbol.asyncDispose]() {
      await seals.close()
      await db.drop()
    },
  }
}
