import type Provider from 'oidc-provider'
import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import { type FindAccount, type Membership, membershipOf } from '../account.ts'
import type { Consent, Interactions, PendingInteraction, SignIn } from '../interaction.ts'
import type { WebExchange } from '../web-exchange.ts'
import type { Agreements } from './agreements.ts'
import type { Launch, Launches } from './launches.ts'
import { offlineLifeSeconds, onlineLifeSeconds } from './lifetimes.ts'
import { asksForPatient, contextScopes, isReached, readScopes } from './scopes.ts'

export interface InteractionParts {
  readonly providerOf: (origin: string) => Promise<Provider>
  readonly tenantOf: (origin: string, base: string) => string | undefined
  readonly findAccount: FindAccount
  readonly agreements: Agreements
  readonly launches: Launches
  /** Somebody else signs in at this browser: the one before leaves it. */
  readonly endSession: (uid: string) => Promise<unknown>
  readonly definitions: Definitions
}

type Stored = Awaited<ReturnType<Provider['interactionDetails']>>

const path = /^\/oauth\/interaction\/([A-Za-z0-9_-]{10,64})(?:\/|$)/
const notThere =
  'This sign-in has expired or was begun in another browser: go back to the app and start again.'

export function createInteractions(parts: InteractionParts): Interactions {
  const { providerOf, findAccount, agreements, launches, definitions } = parts

  async function find(exchange: WebExchange): Promise<{ provider: Provider; stored: Stored }> {
    const provider = await providerOf(exchange.origin)
    const uid = path.exec(exchange.path)?.[1]
    const stored = await provider.interactionDetails(exchange.req, exchange.res).catch((cause: unknown) => {
      throw new Refusal('not-found', notThere, { cause })
    })
    if (stored.uid !== uid) throw new Refusal('not-found', notThere)
    return { provider, stored }
  }

  async function describe(
    exchange: WebExchange,
    provider: Provider,
    stored: Stored,
  ): Promise<PendingInteraction> {
    const { params, prompt, session } = stored
    const client = await provider.Client.find(String(params.client_id))
    const tenant = parts.tenantOf(exchange.origin, String(params.resource))
    if (client === undefined || tenant === undefined) throw new Refusal('not-found', notThere)
    const scopes = String(params.scope ?? '').split(' ')
    const accountId = session?.accountId
    const membership = accountId === undefined ? undefined : await membershipAt(accountId, tenant)
    const launch = await launchOf(stored)
    const patient = launch?.context.patient ?? ownPatient(membership)
    return {
      uid: stored.uid,
      prompt: prompt.name === 'login' ? 'login' : 'consent',
      tenant,
      app: {
        clientId: client.clientId,
        name: client.clientName ?? client.clientId,
        ...(client.logoUri === undefined ? {} : { logoUri: client.logoUri }),
        ...(client.policyUri === undefined ? {} : { policyUri: client.policyUri }),
        ...(client.tosUri === undefined ? {} : { tosUri: client.tosUri }),
      },
      scopes,
      needsPatient: patient === undefined && asksForPatient(scopes),
      redirectUri: String(params.redirect_uri),
      ...(accountId === undefined ? {} : { accountId }),
      ...(patient === undefined ? {} : { patient }),
      ...(typeof params.login_hint === 'string' ? { loginHint: params.login_hint } : {}),
      ...(typeof params.ui_locales === 'string' ? { uiLocales: params.ui_locales } : {}),
    }
  }

  async function membershipAt(accountId: string, tenant: string): Promise<Membership | undefined> {
    const account = await findAccount(accountId)
    return account === undefined ? undefined : membershipOf(account, tenant)
  }

  async function launchOf({ params }: Stored): Promise<Launch | undefined> {
    return typeof params.launch === 'string' ? launches.taken(params.launch) : undefined
  }

  return {
    async load(exchange) {
      const { provider, stored } = await find(exchange)
      return describe(exchange, provider, stored)
    },

    async finishSignIn(exchange, { accountId, amr, acr }: SignIn) {
      const { provider, stored } = await find(exchange)
      const before = stored.session
      if (before?.accountId !== undefined && before.accountId !== accountId) {
        await parts.endSession(before.uid)
        delete (stored as { session?: unknown }).session
        await stored.persist()
      }
      const login = { accountId, amr: [...amr], acr, remember: true }
      return provider.interactionResult(exchange.req, exchange.res, { login })
    },

    async finishConsent(exchange, consent: Consent) {
      const { provider, stored } = await find(exchange)
      const pending = await describe(exchange, provider, stored)
      const { accountId, tenant } = pending
      if (accountId === undefined) throw new Refusal('not-found', notThere)
      const membership = await membershipAt(accountId, tenant)
      const launch = await launchOf(stored)
      if (membership === undefined || !mayTake(launch, accountId, membership)) {
        return provider.interactionResult(exchange.req, exchange.res, notForThisAccount)
      }
      checkNarrower(consent.scopes, pending.scopes, definitions)
      const patient = pending.patient ?? consent.patient
      if (patient === undefined && asksForPatient(consent.scopes)) {
        throw new Refusal('required', 'Choose the patient whom the app is to be opened for.')
      }
      /** A scope is granted with what it asks for: who is no resource here, and a launch without an encounter, has none. */
      const unmet = new Set<string>()
      if (membership.fhirUser === undefined) unmet.add('fhirUser')
      if (launch?.context.encounter === undefined) unmet.add('launch/encounter')
      const scopes = consent.scopes.filter((scope) => !unmet.has(scope))
      const grant = new provider.Grant({ accountId, clientId: pending.app.clientId })
      const context: ReadonlySet<string> = new Set(contextScopes)
      const ofLogin = scopes.filter((scope) => context.has(scope))
      if (ofLogin.length > 0) grant.addOIDCScope(ofLogin.join(' '))
      grant.addResourceScope(String(stored.params.resource), scopes.join(' '))
      const grantId = await grant.save()
      const offline = scopes.includes('offline_access')
      await agreements.add(
        {
          grantId,
          clinic: tenant,
          accountId,
          clientId: pending.app.clientId,
          sessionUid: stored.session?.uid ?? '',
          offline,
          scopes: scopes.join(' '),
          context: {
            need_patient_banner: true,
            ...launch?.context,
            ...(patient === undefined ? {} : { patient }),
          },
        },
        offline ? offlineLifeSeconds : onlineLifeSeconds,
      )
      /** What was not agreed to is as if it had never been asked for; a narrower scope stands in for its wider one. */
      stored.params.scope = scopes.join(' ')
      await stored.persist()
      return provider.interactionResult(exchange.req, exchange.res, { consent: { grantId } })
    },

    async deny(exchange) {
      const { provider } = await find(exchange)
      return provider.interactionResult(exchange.req, exchange.res, {
        error: 'access_denied',
        error_description: 'The user did not agree',
      })
    },
  }
}

const notForThisAccount = {
  error: 'access_denied',
  error_description: 'This account may not use the app here',
}

function ownPatient(membership: Membership | undefined): string | undefined {
  return /^Patient\/(.+)$/.exec(membership?.fhirUser ?? '')?.[1]
}

/** Somebody else's launch is nobody's; and a patient never gets another one's record by a launch. */
function mayTake(launch: Launch | undefined, accountId: string, membership: Membership): boolean {
  if (launch === undefined) return true
  const own = ownPatient(membership)
  return (
    (launch.accountId === undefined || launch.accountId === accountId) &&
    (launch.fhirUser === undefined || launch.fhirUser === membership.fhirUser) &&
    (own === undefined || launch.context.patient === undefined || launch.context.patient === own)
  )
}

function checkNarrower(given: readonly string[], asked: readonly string[], definitions: Definitions): void {
  const rights = readScopes(asked.join(' '), definitions)
  const more = readScopes(given.join(' '), definitions).find((scope) => !isReached(rights, scope))
  if (more !== undefined) throw new Refusal('invalid', 'More was agreed to than the app had asked for.')
}
