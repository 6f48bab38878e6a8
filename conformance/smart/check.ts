/** What the checks are run against, and with. */
export interface Subject {
  /** A FHIR base. */
  readonly base: string
  readonly apps: Apps
  /** Plays the user: opens the address, signs in, agrees, and gives the address of the app it was sent back to. */
  readonly visit?: (address: string, wish: VisitWish) => Promise<URL>
  /** Prepares an EHR launch for the public app; gives the launch id. */
  readonly launch?: () => Promise<string>
  /** Ends what the user agreed to, as they would on a page. */
  readonly withdraw?: (tokens: Tokens) => Promise<void>
}

export interface VisitWish {
  /** Of the scopes asked for, those that are agreed to; all when absent. */
  readonly agree?: readonly string[]
}

export interface Apps {
  readonly public?: App
  readonly symmetric?: App & { readonly secret: string }
  readonly asymmetric?: App & { readonly key: CryptoKey; readonly kid: string; readonly algorithm: string }
  readonly backend?: App & {
    readonly key: CryptoKey
    readonly kid: string
    readonly algorithm: string
    readonly scope: string
  }
}

export interface App {
  readonly clientId: string
  readonly redirectUri: string
}

export interface Tokens {
  readonly access_token: string
  readonly refresh_token?: string
  readonly id_token?: string
  readonly token_type: string
  readonly expires_in: number
  readonly scope: string
  readonly patient?: string
}

export interface Discovery {
  readonly issuer?: string
  readonly jwks_uri?: string
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly introspection_endpoint?: string
  readonly revocation_endpoint?: string
  readonly grant_types_supported: readonly string[]
  readonly code_challenge_methods_supported: readonly string[]
  readonly capabilities: readonly string[]
  readonly scopes_supported?: readonly string[]
}

/** Carried from check to check: what was found out on the way. */
export interface Course {
  readonly subject: Subject
  discovery: Discovery
  tokens: Partial<Record<'public' | 'symmetric' | 'asymmetric' | 'launched', Tokens>>
}

export interface Check {
  /** Of the checklist: SMART-001. */
  readonly ids: string
  readonly group: string
  readonly sentence: string
  readonly run: (course: Course) => Promise<void>
}

/** Cannot be checked here, and why. */
export class Skipped extends Error {}

export class Failed extends Error {}

export function expect(condition: unknown, sentence: string): asserts condition {
  if (condition !== true) throw new Failed(sentence)
}

export function need<T>(value: T | undefined, sentence: string): T {
  if (value === undefined) throw new Skipped(sentence)
  return value
}

export function check(ids: string, group: string, sentence: string, run: Check['run']): Check {
  return { ids, group, sentence, run }
}

export function first({ tokens }: Course): Tokens {
  return need(tokens.public ?? tokens.symmetric ?? tokens.asymmetric, 'no tokens were given before')
}

export function sorted(scope: string): string {
  return scope.split(' ').toSorted().join(' ')
}
