import { startEmbeddedPostgres } from '#store/embedded-postgres.ts'

/** Forked by embedded-postgres.test.ts: a process that can be killed while its PostgreSQL runs. */
const postgres = await startEmbeddedPostgres(process.argv[2] ?? '').catch((error: Error) =>
  process.send?.(error.message),
)
if (typeof postgres === 'object') process.send?.('running')
