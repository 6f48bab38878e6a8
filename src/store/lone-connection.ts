import pg from 'pg'
import { translateError } from './postgres-errors.ts'

/** One connection outside of the pool, for work that needs its own role, locks or settings. */
export async function connectAlone(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client({ connectionTimeoutMillis: 5_000, ...config })
  outliveCuts(client)
  try {
    await client.connect()
  } catch (error) {
    throw translateError(error)
  }
  return client
}

/** Cut between two statements it has nobody to tell, and would end the process; the next statement tells its caller. */
export function outliveCuts(client: pg.ClientBase): void {
  client.on('error', () => undefined)
}
