import { randomBytes } from 'node:crypto'
import type { LaunchContext } from './agreements.ts'
import { digest } from './digest.ts'

/** An app that an EHR is about to open for somebody. */
export interface Launch {
  readonly clinic: string
  readonly clientId: string
  /** Who must sign in; absent: whoever may use the app. */
  readonly fhirUser?: string
  readonly accountId?: string
  readonly context: LaunchContext
}

export interface Launches {
  /** The opaque id that the app is opened with. */
  add(launch: Launch): Promise<string>
  /** Once: the second who brings it gets undefined. */
  take(id: string, clientId: string, clinic: string): Promise<Launch | undefined>
  /** For the authorization request that took it. */
  taken(id: string): Promise<Launch | undefined>
}

/** Long enough for an app to load; a launch that was taken lives as long as somebody may sign in. */
export const launchLifeSeconds = 300
const takenLifeSeconds = 3_600

type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>

interface Row {
  readonly clinic: string
  readonly client_id: string
  readonly fhir_user: string | null
  readonly account_id: string | null
  readonly context: LaunchContext
}

const columns = 'clinic, client_id, fhir_user, account_id, context'

export function openLaunches(query: Query): Launches {
  return {
    async add({ clinic, clientId, fhirUser = null, accountId = null, context }) {
      const id = randomBytes(24).toString('base64url')
      await query(
        `insert into oauth_launch (id, clinic, client_id, fhir_user, account_id, context, expires)
         values ($1, $2, $3, $4, $5, $6::jsonb, now() + make_interval(secs => $7))`,
        [digest(id), clinic, clientId, fhirUser, accountId, JSON.stringify(context), launchLifeSeconds],
      )
      return id
    },
    async take(id, clientId, clinic) {
      const rows = await query<Row>(
        `update oauth_launch set taken = now(), expires = now() + make_interval(secs => $4)
         where id = $1 and client_id = $2 and clinic = $3 and taken is null and expires > now() returning ${columns}`,
        [digest(id), clientId, clinic, takenLifeSeconds],
      )
      return rows[0] && read(rows[0])
    },
    async taken(id) {
      const rows = await query<Row>(
        `select ${columns} from oauth_launch where id = $1 and taken is not null and expires > now()`,
        [digest(id)],
      )
      return rows[0] && read(rows[0])
    },
  }
}

function read(row: Row): Launch {
  return {
    clinic: row.clinic,
    clientId: row.client_id,
    ...(row.fhir_user === null ? {} : { fhirUser: row.fhir_user }),
    ...(row.account_id === null ? {} : { accountId: row.account_id }),
    context: row.context,
  }
}
