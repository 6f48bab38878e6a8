import { digest } from '../server/digest.ts'

/** Metadata by the names of RFC 7591, and ours: `launch_uris`, `clinics`. */
export type ClientMetadata = Readonly<Record<string, unknown>>

export interface Client {
  readonly clientId: string
  readonly metadata: ClientMetadata
  readonly disabled: boolean
  readonly created: Date
}

export interface Clients {
  find(clientId: string): Promise<Record<string, unknown> | undefined>
  list(clinic?: string): Promise<readonly Client[]>
  /** Made or replaced. A secret is kept as its digest. */
  save(clientId: string, metadata: ClientMetadata): Promise<void>
  /** Its tokens end at once. False: there is none. */
  remove(clientId: string): Promise<boolean>
  /** Not found while it is; its tokens end at once. False: there is none. */
  setDisabled(clientId: string, disabled: boolean): Promise<boolean>
}

type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>

interface Row {
  readonly id: string
  readonly metadata: Record<string, unknown>
  readonly disabled: boolean
  readonly created: Date
}

/** Marks what is a digest already: clients are saved again as they were read. */
export const hashedSecret = 'sha256:'

export function openClients(query: Query, ended: (clientId: string) => Promise<void>): Clients {
  return {
    async find(clientId) {
      const [row] = await query<Row>('select metadata from oauth_client where id = $1 and not disabled', [
        clientId,
      ])
      return row?.metadata
    },
    async list(clinic) {
      const rows = await query<Row>(
        `select id, metadata, disabled, created from oauth_client
         where $1::text is null or metadata->'clinics' is null or metadata->'clinics' ? $1 order by created, id`,
        [clinic ?? null],
      )
      return rows.map(({ id, ...client }) => ({ clientId: id, ...client }))
    },
    async save(clientId, metadata) {
      const { client_secret: secret } = metadata
      const kept =
        typeof secret === 'string' && !secret.startsWith(hashedSecret)
          ? { ...metadata, client_secret: `${hashedSecret}${digest(secret)}` }
          : metadata
      await query(
        `insert into oauth_client (id, metadata) values ($1, $2::jsonb)
         on conflict (id) do update set metadata = excluded.metadata`,
        [clientId, JSON.stringify(kept)],
      )
    },
    async remove(clientId) {
      const removed = await query(
        `with gone as (delete from oauth_client where id = $1 returning id),
              agreements as (delete from oauth_agreement where client_id = $1),
              entries as (delete from oauth_entry where client_id = $1)
         select id from gone`,
        [clientId],
      )
      await ended(clientId)
      return removed.length > 0
    },
    async setDisabled(clientId, disabled) {
      const changed = await query(
        `with changed as (update oauth_client set disabled = $2 where id = $1 returning id),
              agreements as (delete from oauth_agreement where client_id = $1 and $2),
              entries as (delete from oauth_entry where client_id = $1 and $2)
         select id from changed`,
        [clientId, disabled],
      )
      if (disabled) await ended(clientId)
      return changed.length > 0
    },
  }
}
