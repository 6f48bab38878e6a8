import type { Logger } from 'pino'
import type { SecurityLog } from '#audit/security-log.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { parseJson } from '#fhir/json.ts'
import type { Resource } from '#fhir/resource.ts'
import type { AuthorizationDoor } from '#http/parts.ts'
import type { FindAccount } from '#oauth/account.ts'
import { type Authenticate, createAuthenticator } from '#oauth/authenticate.ts'
import { createOpaqueTokens } from '#oauth/opaque-tokens.ts'
import { explain } from '#oauth/pages/protocol-pages.ts'
import { createRevocations, type Line } from '#oauth/revocations.ts'
import { type AuthorizationServer, createAuthorizationServer } from '#oauth/server/authorization-server.ts'
import { createIntrospectionRoad } from '#oauth/server/introspection-road.ts'
import { createLaunchRoad } from '#oauth/server/launch-road.ts'
import type { SigningKeys } from '#oauth/signing-keys.ts'
import type { WebRoad } from '#oauth/web-exchange.ts'
import type { Database } from '#store/store.ts'
import { pathOf } from './clinic-bases.ts'
import type { Config } from './config.ts'
import { joinLauncher } from './demo-launcher.ts'
import type { Access } from './join-access.ts'

export interface OauthParts {
  readonly config: Config
  readonly database: Database
  readonly definitions: Definitions
  readonly securityLog: SecurityLog
  readonly logger: Logger
  readonly keys: SigningKeys
  readonly access: Pick<Access, 'toPrincipal' | 'policyChanges'>
  /** Who signs in, and the pages where they do; asked when the server it belongs to is there. */
  readonly people: (server: AuthorizationServer) => People
}

export interface People {
  readonly findAccount: FindAccount
  readonly roads: readonly WebRoad[]
  /** Takes away what has expired. */
  readonly sweep?: () => Promise<void>
}

export interface Oauth extends AsyncDisposable {
  readonly server: AuthorizationServer
  readonly authenticate: Authenticate
  readonly door: AuthorizationDoor
  /** Apps can be registered over the network. */
  readonly registers: boolean
}

const channel = 'almanac_oauth'
const sweepEvery = 600_000

export async function joinOauth(parts: OauthParts): Promise<Oauth> {
  const { config, database, definitions, securityLog, logger, keys, access } = parts
  await using opened = new AsyncDisposableStack()
  const onFault = (sentence: string, cause: unknown) => logger.error({ err: cause }, sentence)
  const redis = await openRedisLine(config.redisUrl, onFault)
  if (redis !== undefined) opened.defer(() => redis.close())
  const revocations = createRevocations(redis ?? notifyLine(database))
  const clinics = new Set(['main', ...config.clinics])
  const paths = { isClinic: (name: string) => clinics.has(name), pathOf }
  const record = securityLog.record
  const registration = config.registration ?? (config.demo ? 'open' : 'closed')
  let people: People | undefined
  const findAccount: FindAccount = async (id) => people?.findAccount(id)
  const server = createAuthorizationServer({
    query: (text, values) => database.global(text, values),
    secret: (name) => database.secret(name),
    definitions,
    revocations,
    findAccount,
    ...paths,
    registration,
    trustedKeyOrigins: config.trustedKeyOrigins,
    record,
    explain,
    onFault,
  })
  people = parts.people(server)
  const find = createOpaqueTokens((text, values) => database.global(text, values))
  const authenticate = createAuthenticator({
    keys,
    definitions,
    publicUrl: config.publicUrl,
    opaque: { find, findAccount, revocations },
    toPrincipal: access.toPrincipal,
    policyChanges: access.policyChanges,
  })
  const roads = [
    createIntrospectionRoad(find, paths, record),
    server.road,
    createLaunchRoad({
      ...paths,
      authenticate,
      clients: server.clients,
      launches: server.launches,
      record,
      load: (tenant, type, id) => loadResource(database, tenant, type, id),
    }),
    ...(config.demo ? [joinLauncher(server, database, definitions)] : []),
    ...people.roads,
  ]
  const sweeping = setInterval(() => {
    Promise.all([server.sweep(), people?.sweep?.()]).catch((cause) =>
      onFault('What had expired was not swept', cause),
    )
  }, sweepEvery).unref()
  opened.defer(() => clearInterval(sweeping))
  const kept = opened.move()
  return {
    server,
    authenticate,
    door: {
      takes: (path) => path.startsWith('/oauth/') || path.startsWith('/dev/'),
      async answer(exchange) {
        for (const road of roads) if (await road(exchange)) return true
        return false
      },
      explain,
    },
    registers: registration !== 'closed',
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

async function loadResource(database: Database, tenant: string, type: string, id: string) {
  const found = await database.asSystem(tenant).read(type, id)
  return found === undefined || found.deleted ? undefined : (parseJson(found.text) as Resource)
}

/** Read only where there is one. */
export async function openRedisLine(
  url: string | undefined,
  onFault: (sentence: string, cause: unknown) => void,
) {
  if (url === undefined) return undefined
  const { RedisLine } = await import('#redis/line.ts')
  return new RedisLine({ url, channel, onFault })
}

export function notifyLine(database: Database): Line {
  return {
    tell: async (text) => void (await database.global('select pg_notify($1, $2)', [channel, text])),
    subscribe: (listener) => database.notifications.subscribe(channel, listener),
  }
}
