import { Client } from 'pg'
import { Refusal } from '#fhir/refusal.ts'
import { openSigningKeyRows, type SigningKeyRows } from './signing-keys.ts'

const undefinedTable = '42P01'

/** For commands that need the keys and nothing else of the database: one connection, no migration, no pool. */
export async function connectSigningKeyRows(url: string): Promise<SigningKeyRows & AsyncDisposable> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  try {
    await client.connect()
  } catch (cause) {
    throw new Refusal('unavailable', 'The database does not answer: start it, or correct DATABASE_URL.', {
      cause,
    })
  }
  const rows = openSigningKeyRows({
    async query(text, values) {
      try {
        return await client.query(text, values === undefined ? [] : [...values])
      } catch (cause) {
        if ((cause as { code?: unknown }).code !== undefinedTable) throw cause
        throw new Refusal(
          'unavailable',
          'The database is not set up yet: start the server once with npm start.',
          {
            cause,
          },
        )
      }
    },
  })
  return { ...rows, [Symbol.asyncDispose]: () => client.end() }
}
