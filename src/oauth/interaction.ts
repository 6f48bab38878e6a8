import type { WebExchange } from './web-exchange.ts'

/**
 * An authorization request that waits for its user at /oauth/interaction/{uid}. Each step is bound to the browser
 * that began it, by a cookie: another browser gets the Refusal 'not-found'. What `finish…` gives is where the
 * browser goes next (303).
 */
export interface Interactions {
  load(exchange: WebExchange): Promise<PendingInteraction>
  finishSignIn(exchange: WebExchange, signIn: SignIn): Promise<string>
  finishConsent(exchange: WebExchange, consent: Consent): Promise<string>
  /** The app is told `access_denied`. */
  deny(exchange: WebExchange): Promise<string>
}

export interface PendingInteraction {
  readonly uid: string
  /** What is asked for: who is it, or what may the app do (and for whom). */
  readonly prompt: 'login' | 'consent'
  readonly tenant: string
  readonly app: AskingApp
  /** Known when the prompt is 'consent'. */
  readonly accountId?: string
  /** As asked for, without those that the app may not have. */
  readonly scopes: readonly string[]
  /** A patient must be chosen before consent can be given; absent when the launch or the account decides it. */
  readonly needsPatient: boolean
  /** Of an EHR launch, or of a patient who signed in. */
  readonly patient?: string
  /** Where people are sent when they say no, and shown at consent. */
  readonly redirectUri: string
  readonly loginHint?: string
  readonly uiLocales?: string
}

export interface AskingApp {
  readonly clientId: string
  readonly name: string
  readonly logoUri?: string
  readonly policyUri?: string
  readonly tosUri?: string
}

export interface SignIn {
  readonly accountId: string
  /** RFC 8176: 'otp', 'hwk', 'pwd', 'mfa' … */
  readonly amr: readonly string[]
  /** Whether one factor was shown or two. */
  readonly acr: 'urn:almanac:acr:1' | 'urn:almanac:acr:2'
}

export interface Consent {
  /** Of those asked for, or narrower than one of them; the rest is refused. */
  readonly scopes: readonly string[]
  /** Id of the Patient in context. */
  readonly patient?: string
}

/** Who is signed in at this browser, apart from any app. */
export interface BrowserSessions {
  current(exchange: WebExchange): Promise<BrowserSession | undefined>
  /** Always under a new id, so that one planted beforehand is worth nothing. */
  start(exchange: WebExchange, signIn: SignIn): Promise<void>
  end(exchange: WebExchange): Promise<void>
}

export interface BrowserSession {
  readonly uid: string
  readonly accountId: string
  readonly amr: readonly string[]
  readonly acr: string
  readonly signedInAt: Date
}

/** What an account has let in: for "my apps and sessions", and for admins. */
export interface Grants {
  ofAccount(accountId: string): Promise<readonly GrantedApp[]>
  sessionsOf(accountId: string): Promise<readonly OpenSession[]>
  /** At once, in every process. False: this account has no such grant. */
  revoke(accountId: string, grantId: string): Promise<boolean>
  endSession(accountId: string, uid: string): Promise<boolean>
  /** Everything: a lost phone, a left employee. */
  revokeAll(accountId: string): Promise<void>
}

export interface GrantedApp {
  readonly grantId: string
  readonly clientId: string
  readonly tenant: string
  readonly scopes: readonly string[]
  readonly patient?: string
  readonly since: Date
  readonly until: Date
  /** It can go on when its user is away. */
  readonly offline: boolean
}

export interface OpenSession {
  readonly uid: string
  readonly since: Date
  readonly until: Date
}
