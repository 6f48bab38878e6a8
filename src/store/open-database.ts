import type { Definitions } from '#fhir/definitions.ts'
import { createExtractor } from '#fhir/extract.ts'
import type { Viewer } from '#fhir/search-query.ts'
import { loadTerminology } from '#fhir/terminology/load-terminology.ts'
import type { Terminology } from '#fhir/terminology/terminology.ts'
import { Commits } from './commits.ts'
import { Connections } from './connections.ts'
import { DefinitionChanges } from './definition-changes.ts'
import { EventForm } from './event-form.ts'
import { eventRow, isEventRow } from './event-row.ts'
import { Notifications } from './notifications.ts'
import { translateError } from './postgres-errors.ts'
import { createOpenReads } from './reads.ts'
import { RecordedReads } from './recorded-reads.ts'
import { RowEncoding } from './row-encoding.ts'
import type { Run } from './run.ts'
import { StoredTerminology } from './search/stored-terminology.ts'
import { openSettings } from './settings.ts'
import { SharedLookUps } from './shared-look-ups.ts'
import { SharedReads } from './shared-reads.ts'
import { openSigningKeyRows } from './signing-keys.ts'
import type { Database, Store } from './store.ts'
import { StoredForms } from './stored-forms.ts'
import { runTransaction } from './transaction.ts'
import { deriveTables } from './type-tables.ts'
import { Upkeep } from './upkeep.ts'
import type { BatchContext } from './write-batch.ts'

export interface DatabaseOptions {
  readonly url: string
  readonly definitions: Definitions
  /** Default: what fhir-profiles holds. */
  readonly terminology?: Terminology
  readonly poolSize?: number
  /** Milliseconds to wait for a free connection, and for a new one to be made. */
  readonly connectTimeout?: number
  /** Milliseconds. */
  readonly statementTimeout?: number
  /** Refuse a reference to a resource of the clinic that is not there. */
  readonly checkReferences?: boolean
  /** FHIR base URLs, without trailing slash, under which a clinic's own resources may be named. */
  readonly localBases: (tenant: string) => readonly string[]
  readonly timeZone: (tenant: string) => string
  /** Something failed that no caller waits for. */
  readonly onFault: (sentence: string, cause: unknown) => void
}

/** Of a database that `migrate` has seen; the connections are made when first needed. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, definitions, localBases, timeZone, onFault, checkReferences = true } = options
  const forms = new StoredForms()
  const connections = new Connections({
    url,
    size: options.poolSize ?? 16,
    connectTimeout: options.connectTimeout ?? 5_000,
    statementTimeout: options.statementTimeout ?? 10_000,
    onIdleError: (error) => onFault('A connection to the database was lost', error),
    onLost: () => forms.forget(),
  })
  const extractor = createExtractor(definitions)
  const encoding = new RowEncoding(deriveTables(definitions), extractor)
  const contextOf = (tenant: string): BatchContext => ({
    tenant,
    localBases: localBases(tenant),
    timeZone: timeZone(tenant),
  })
  const upkeep = new Upkeep({ url, onFault })
  const notifications = new Notifications({ url, onFault })
  const terminology = new StoredTerminology(definitions, options.terminology ?? loadTerminology())
  const openReads = createOpenReads(definitions, upkeep, terminology)
  const commits = new Commits(connections, encoding, contextOf, forms)
  const sharedReads = new SharedReads(connections)
  const recordedReads = new RecordedReads(connections, encoding, forms)
  const sharedLookUps = new SharedLookUps(connections)
  const runGlobal: Run = (statement) => translated(connections.run('', statement))
  const openStore = (viewer: Viewer): Store => {
    const { tenant } = viewer
    return {
      ...openReads(
        viewer,
        (statement) => translated(connections.run(tenant, statement)),
        (key) => translated(sharedReads.read(tenant, key)),
      ),
      readRecorded: recordedReads.openFor(viewer),
      transaction: (work) =>
        runTransaction(
          {
            connections,
            commits,
            sharedReads,
            sharedLookUps,
            encoding,
            forms,
            context: contextOf(tenant),
            checkReferences,
            openReads,
            onFault,
          },
          viewer,
          work,
        ),
    }
  }
  const close = async () => {
    await notifications.stop()
    await upkeep.stop()
    await connections.close()
  }
  const database: Database = {
    ...openSettings(runGlobal),
    signingKeys: openSigningKeyRows({
      query: async (text, values = []) => ({ rows: await runGlobal({ text, values }) }),
    }),
    definitionChanges: new DefinitionChanges(notifications),
    notifications,
    global: (text, values = []) => translated(runGlobal({ text, values })),
    acrossClinics: (text, values = []) => translated(upkeep.run(text, values)),
    openStore,
    asSystem: (tenant) => openStore({ tenant, visible: () => 'all' }),
    recordAudit: (tenant, ...events) =>
      translated(
        commits.audit(
          tenant,
          events.map((event) => (isEventRow(event) ? event : eventRow(event, encoding, contextOf(tenant)))),
        ),
      ),
    eventForm: (tenant, sample, marks) => EventForm.of(sample, marks, encoding, contextOf(tenant)),
    ping: async () => {
      await runGlobal({ text: 'select', values: [] })
    },
    stats: () => connections.stats,
    outbox: () => upkeep.outbox(),
    close,
    [Symbol.asyncDispose]: close,
  }
  await upkeep.look().catch((error) => {
    throw translateError(error)
  })
  upkeep.start()
  return database
}

async function translated<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw translateError(error)
  }
}
