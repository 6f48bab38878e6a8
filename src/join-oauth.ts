import type { Logger } from 'pino'
import type { SecurityLog } from '#audit/security-log.ts'
import type { Definitions } from '#fhir/definitions.ts'
import type { AuthorizationDoor } from '#http/parts.ts'
import type { FindAccount } from '#oauth/account.ts'
import type { OpaqueTokenParts } from '#oauth/authenticate.ts'
import { createOpaqueTokens } from '#oauth/opaque-tokens.ts'
import { createRevocations, type Line } from '#oauth/revocations.ts'
import { type AuthorizationServer, createAuthorizationServer } from '#oauth/server/authorization-server.ts'
import { explain } from '#oauth/server/explain.ts'
import type { WebRoad } from '#oauth/web-exchange.ts'
import { RedisLine } from '#redis/line.ts'
import type { Database } from '#store/store.ts'
import { pathOf } from './clinic-bases.ts'
import type { Config } from './config.ts'

export interface OauthParts {
  readonly config: Config
  readonly database: Database
  readonly definitions: Definitions
  readonly securityLog: SecurityLog
  readonly logger: Logger
  /** Who signs in, and the pages where they do; asked when the server it belongs to is there. */
  readonly people: (server: AuthorizationServer) => People
}

export interface People {
  readonly findAccount: FindAccount
  readonly roads: readonly WebRoad[]
}

export interface Oauth extends AsyncDisposable {
  readonly server: AuthorizationServer
  readonly opaque: OpaqueTokenParts
  readonly door: AuthorizationDoor
  /** Apps can be registered over the network. */
  readonly registers: boolean
}

const channel = 'almanac_oauth'
const sweepEvery = 600_000

export async function joinOauth(parts: OauthParts): Promise<Oauth> {
  const { config, database, definitions, securityLog, logger } = parts
  await using opened = new AsyncDisposableStack()
  const onFault = (sentence: string, cause: unknown) => logger.error({ err: cause }, sentence)
  const redis =
    config.redisUrl === undefined ? undefined : new RedisLine({ url: config.redisUrl, channel, onFault })
  if (redis !== undefined) opened.defer(() => redis.close())
  const revocations = createRevocations(redis ?? notifyLine(database))
  const clinics = new Set(['main', ...config.clinics])
  const registration = config.registration ?? (config.demo ? 'open' : 'closed')
  let people: People | undefined
  const findAccount: FindAccount = async (id) => people?.findAccount(id)
  const server = createAuthorizationServer({
    query: (text, values) => database.global(text, values),
    secret: (name) => database.secret(name),
    definitions,
    revocations,
    findAccount,
    isClinic: (name) => clinics.has(name),
    pathOf,
    registration,
    trustedKeyOrigins: config.trustedKeyOrigins,
    record: (tenant, fact) => securityLog.record(tenant, fact),
    explain,
    onFault,
  })
  people = parts.people(server)
  const roads = [server.road, ...people.roads]
  const sweeping = setInterval(() => {
    server.sweep().catch((cause) => onFault('What had expired was not swept', cause))
  }, sweepEvery).unref()
  opened.defer(() => clearInterval(sweeping))
  const kept = opened.move()
  return {
    server,
    opaque: {
      find: createOpaqueTokens((text, values) => database.global(text, values)),
      findAccount,
      revocations,
    },
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

function notifyLine(database: Database): Line {
  return {
    tell: async (text) => void (await database.global('select pg_notify($1, $2)', [channel, text])),
    subscribe: (listener) => database.notifications.subscribe(channel, listener),
  }
}
