import { digest } from '../server/digest.ts'

/** Metadata by the names of RFC 7591, and ours: `launch_uris`, `clinics`. */
export type ClientMetadata = Readonly<Record<string, unknown>>

export interface Client {
  readonly clientId: string
  readonly metadata: ClientMetadata
  readonly disabled: boolean
  /** Not let in by the clinic that asks. */
  readonly barred: boolean
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
  isBarred(clientId: string, clinic: string): Promise<boolean>
  /** By one clinic, for itself alone; its tokens of that clinic end at once. */
  setBarred(clientId: string, clinic: string, barred: boolean): Promise<void>
}

type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>

interface Row {
  readonly id: string
  readonly metadata: Record<string, unknown>
  readonly disabled: boolean
  readonly barred: boolean
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
        `select id, metadata, disabled, created,
                exists (select from oauth_barred where client_id = id and clinic = $1) as barred
         from oauth_client
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
    async isBarred(clientId, clinic) {
      const found = await query('select from oauth_barred where client_id = $1 and clinic = $2', [
        clientId,
        clinic,
      ])
      return found.length > 0
    },
    async setBarred(clientId, clinic, barred) {
      if (!barred) {
        await query('delete from oauth_barred where client_id = $1 and clinic = $2', [clientId, clinic])
        return
      }
      await query(
        `with barred as (insert into oauth_barred (client_id, clinic) values ($1, $2) on conflict do nothing),
              agreements as (delete from oauth_agreement where client_id = $1 and clinic = $2 returning grant_id)
         delete from oauth_entry where grant_id in (select grant_id from agreements)
            or (client_id = $1 and model = 'ClientCredentials' and payload->'extra'->>'tenant' = $2)`,
        [clientId, clinic],
      )
      await ended(clientId)
    },
  }
}
