import type Provider from 'oidc-provider'
import type { RecordSecurityEvent } from '#audit/security-event.ts'
import type { Definitions } from '#fhir/definitions.ts'
import type { FindAccount } from '../account.ts'
import { type Clients, openClients } from '../clients/clients.ts'
import { createRegistrable, type Registrable } from '../clients/registrable.ts'
import type { BrowserSessions, Grants, Interactions } from '../interaction.ts'
import type { Revocations } from '../revocations.ts'
import type { WebRoad } from '../web-exchange.ts'
import { addressesAt, type ClinicPaths } from './addresses.ts'
import { openAgreements } from './agreements.ts'
import { createBrowserSessions } from './browser-sessions.ts'
import type { RegistrationPolicy } from './configuration.ts'
import { endExpiredSessions } from './expired-sessions.ts'
import { createGrants, createSessionEnding } from './grants.ts'
import { createInteractions } from './interactions.ts'
import { createKeySetFetch } from './key-set-fetch.ts'
import { type Launches, openLaunches } from './launches.ts'
import { createProtocolRoad } from './protocol-road.ts'
import { nameRefreshingApp } from './refresh-request.ts'
import { loadTokenKeys } from './token-keys.ts'

export interface AuthorizationServerParts extends ClinicPaths {
  readonly query: <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>
  /** 32 random bytes that all processes share. */
  readonly secret: (name: string) => Promise<Uint8Array>
  readonly definitions: Definitions
  readonly revocations: Revocations
  readonly findAccount: FindAccount
  readonly registration: RegistrationPolicy
  /** Origins whose key sets are fetched though they are of a private network, or not by https. */
  readonly trustedKeyOrigins: readonly string[]
  readonly record: RecordSecurityEvent
  /** For a browser that cannot be sent back to its app: a page, whose id the log has too. */
  readonly explain: (sentence: string, id: string, accepted?: string) => string
  readonly onFault: (sentence: string, cause: unknown) => void
}

export interface AuthorizationServer {
  readonly interactions: Interactions
  readonly sessions: BrowserSessions
  readonly grants: Grants
  readonly clients: Clients
  readonly registrable: Registrable
  readonly launches: Launches
  /** The protocol's own addresses. */
  readonly road: WebRoad
  /** Takes away what has expired. */
  sweep(): Promise<void>
}

/** As many addresses as one machine goes by; with PUBLIC_URL it is one. */
const mostIssuers = 8

export function createAuthorizationServer(parts: AuthorizationServerParts): AuthorizationServer {
  const { query, definitions, revocations, findAccount } = parts
  const clients = openClients(query, (client) => revocations.announce({ client }))
  const agreements = openAgreements(query)
  const launches = openLaunches(query)
  const ending = createSessionEnding(query, agreements, revocations)
  const keySets = createKeySetFetch(parts.trustedKeyOrigins)
  const registrable = createRegistrable(definitions, keySets)
  const endSession = (uid: string) => ending.endSession(uid)

  const providers = new Map<string, Promise<Provider>>()
  const providerOf = (origin: string): Promise<Provider> => {
    let provider = providers.get(origin)
    if (provider === undefined) {
      if (providers.size >= mostIssuers) providers.delete(providers.keys().next().value as string)
      provider = open(origin)
      providers.set(origin, provider)
      provider.catch(() => providers.delete(origin))
    }
    return provider
  }

  async function open(origin: string): Promise<Provider> {
    const [{ openProvider }, { createAdapterFactory }, tokenKeys, cookieKey] = await Promise.all([
      import('./open-provider.ts'),
      import('./adapter.ts'),
      loadTokenKeys(query),
      parts.secret('oauth cookies'),
    ])
    return openProvider({
      ...parts,
      ...addressesAt(origin, parts),
      origin,
      clients,
      adapter: createAdapterFactory({
        query,
        clients,
        announce: (notice) => revocations.announce(notice),
        endGrant: (grantId) => ending.endGrant(grantId),
      }),
      cookieKeys: [Buffer.from(cookieKey).toString('base64url')],
      tokenKeys,
      agreements,
      launches,
      keySets,
      registrable,
      endSession,
    })
  }

  return {
    interactions: createInteractions({
      providerOf,
      tenantOf: (origin, base) => addressesAt(origin, parts).tenantOf(base),
      findAccount,
      agreements,
      launches,
      definitions,
      endSession,
    }),
    sessions: createBrowserSessions(providerOf, endSession),
    grants: createGrants(query, agreements, ending, revocations),
    clients,
    registrable,
    launches,
    road: createProtocolRoad(providerOf, (req) => nameRefreshingApp(req, query)),
    async sweep() {
      await endExpiredSessions(parts)
      for (const table of ['oauth_entry', 'oauth_agreement', 'oauth_launch']) {
        await query(`delete from ${table} where expires < now() - interval '1 day'`)
      }
    },
  }
}
