import type { Adapter, AdapterPayload } from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Clients } from '../clients/clients.ts'
import type { Notice } from '../revocations.ts'
import { restoreScope } from './client-metadata.ts'
import { digest } from './digest.ts'

export interface AdapterParts {
  readonly query: <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>
  readonly clients: Clients
  /** Other processes remember tokens too. */
  readonly announce: (notice: Notice) => Promise<void>
  readonly endGrant: (grantId: string) => Promise<void>
}

/** For models that say no time of their own. */
const longestLifeSeconds = 30 * 86_400
const tokens = new Set(['AccessToken', 'ClientCredentials'])

/** What oidc-provider remembers, in PostgreSQL; ids are digests, so the raw ones are taken out of what is stored. */
export function createAdapterFactory(parts: AdapterParts): (model: string) => Adapter {
  return (model) => (model === 'Client' ? clientAdapter(parts) : entryAdapter(model, parts))
}

interface EntryRow {
  readonly payload: AdapterPayload
  readonly consumed: Date | null
}

function entryAdapter(model: string, { query, announce, endGrant }: AdapterParts): Adapter {
  const find = async (condition: string, value: string) =>
    (
      await query<EntryRow>(
        `select payload, consumed from oauth_entry where model = $1 and ${condition} = $2 and expires > now()`,
        [model, value],
      )
    )[0]

  /** Two came at once with what is good for one: either may be a thief, so the whole family ends. */
  async function refuseReuse(usedModel: string, key: string): Promise<never> {
    const [row] = await query<{ grant: string | null }>(
      `select grant_id as "grant" from oauth_entry where model = $1 and id = $2`,
      [usedModel, key],
    )
    if (row?.grant != null) await endGrant(row.grant)
    throw new errors.InvalidGrant('already used')
  }

  return {
    async upsert(id, payload, expiresIn = longestLifeSeconds) {
      const key = digest(id)
      const stored = withoutSecrets(payload)
      const { grantId = null, accountId = null, clientId = null, uid = null } = payload
      const values = [model, key, JSON.stringify(stored), grantId, accountId, clientId, uid, expiresIn]
      const inserted = await query(
        `insert into oauth_entry (model, id, payload, grant_id, account_id, client_id, uid, expires)
         values ($1, $2, $3::jsonb, $4, $5, $6, $7, now() + make_interval(secs => $8))
         on conflict (model, id) do ${model === 'ReplayDetection' ? 'nothing' : updateColumns} returning 1`,
        values,
      )
      /** Looked for before, but another process was quicker. */
      if (inserted.length === 0)
        throw new errors.InvalidClientAuth('client assertion tokens must only be used once')
    },
    async find(id) {
      const row = await find('id', digest(id))
      return row === undefined ? undefined : restore(row, id)
    },
    async findByUid(uid) {
      const row = await find('uid', uid)
      return row === undefined ? undefined : restore(row, undefined)
    },
    async findByUserCode() {
      return undefined
    },
    async consume(id) {
      const key = digest(id)
      const taken = await query(
        `update oauth_entry set consumed = now() where model = $1 and id = $2 and consumed is null returning 1`,
        [model, key],
      )
      if (taken.length === 0) await refuseReuse(model, key)
    },
    async destroy(id) {
      const key = digest(id)
      await query('delete from oauth_entry where model = $1 and id = $2', [model, key])
      if (tokens.has(model)) await announce({ token: key })
      if (model === 'Grant') await endGrant(id)
    },
    async revokeByGrantId(grantId) {
      await query('delete from oauth_entry where model = $1 and grant_id = $2', [model, grantId])
      if (tokens.has(model)) await announce({ grant: grantId })
    },
  }
}

const updateColumns = `update set payload = excluded.payload, grant_id = excluded.grant_id, account_id = excluded.account_id,
  client_id = excluded.client_id, uid = excluded.uid, expires = excluded.expires`

function withoutSecrets(payload: AdapterPayload): AdapterPayload {
  const { jti, ...stored } = payload
  if (stored.session === undefined) return stored
  const { cookie, ...session } = stored.session
  return { ...stored, session }
}

/** A session that is found by the name its tokens know may be read, and its cookie stays unknown. */
function restore({ payload, consumed }: EntryRow, id: string | undefined): AdapterPayload {
  return {
    ...payload,
    ...(id === undefined ? {} : { jti: id }),
    ...(consumed === null ? {} : { consumed: Math.floor(consumed.getTime() / 1_000) }),
  }
}

function clientAdapter({ clients }: AdapterParts): Adapter {
  return {
    find: async (id) => clients.find(id),
    upsert: (id, payload) => clients.save(id, restoreScope(payload)),
    destroy: async (id) => void (await clients.remove(id)),
    findByUserCode: async () => undefined,
    findByUid: async () => undefined,
    consume: async () => undefined,
    revokeByGrantId: async () => undefined,
  }
}
