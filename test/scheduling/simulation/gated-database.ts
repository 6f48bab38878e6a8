import type { Database, Reads, Store, Transaction } from '#store/store.ts'

/** The database, with a gate before every statement of a transaction and before its commit. */
export function gateDatabase(database: Database, gate: () => Promise<void>): Database {
  const gated = async <T>(step: () => Promise<T>): Promise<T> => {
    await gate()
    return step()
  }
  const gateReads = (reads: Reads): Reads => ({
    read: (type, id) => gated(() => reads.read(type, id)),
    readMany: (keys) => gated(() => reads.readMany(keys)),
    vread: (type, id, version) => gated(() => reads.vread(type, id, version)),
    history: (query) => gated(() => reads.history(query)),
    search: (query) => gated(() => reads.search(query)),
    terminology: (question) => reads.terminology(question),
  })
  const gateStore = (store: Store): Store => ({
    ...gateReads(store),
    // They are read as others are, through the gate.
    readRecorded: () => undefined,
    transaction: (work) =>
      store.transaction(async (tx) => {
        const gatedTx: Transaction = {
          ...gateReads(tx),
          tenant: tx.tenant,
          hindered: tx.hindered,
          get settling() {
            return tx.settling
          },
          guard: (name, rows) => tx.guard(name, rows),
          lookUp: (text, lists) => gated(() => tx.lookUp(text, lists)),
          as: (viewer) => gateReads(tx.as(viewer)),
          lock: (keys) => gated(() => tx.lock(keys)),
          write: (change) => tx.write(change),
          audit: (event) => tx.audit(event),
          flush: () => gated(() => tx.flush()),
          query: (text, values) => gated(() => tx.query(text, values)),
          // What holds locks and claims now waits at this gate for its commit: others run into it there.
          beforeFlush: (action) =>
            tx.beforeFlush(async () => {
              await action()
              await gate()
            }),
          afterCommit: (action) => tx.afterCommit(action),
        }
        const result = await work(gatedTx)
        await gate()
        return result
      }),
  })
  return {
    ...database,
    openStore: (viewer) => gateStore(database.openStore(viewer)),
    asSystem: (tenant) => gateStore(database.asSystem(tenant)),
  }
}
