import type { TestServer, TokenWish } from '../../support/server.ts'

interface Bundle {
  readonly type?: string
  readonly total?: number
  readonly link?: readonly { readonly relation: string; readonly url: string }[]
  readonly entry?: readonly BundleEntry[]
}

interface BundleEntry {
  readonly fullUrl?: string
  readonly resource?: Record<string, unknown>
  readonly search?: { readonly mode: string }
  readonly response?: {
    readonly status: string
    readonly location?: string
    readonly etag?: string
    readonly lastModified?: string
    readonly outcome?: OperationOutcome
  }
}

interface OperationOutcome {
  readonly issue: readonly {
    readonly code: string
    readonly diagnostics: string
    readonly expression?: readonly string[]
  }[]
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body, as whichever of these the test knows it to be. */
  readonly resource: Record<string, unknown>
  readonly bundle: Bundle
  readonly outcome: OperationOutcome
}

type Headings = Record<string, string>

/** Speaks FHIR to the server with one token. */
export interface Caller {
  send(method: string, path: string, body?: unknown, headers?: Headings): Promise<Answer>
  /** Puts the entries into a bundle of the type and posts it. */
  post(type: 'batch' | 'transaction', entry: readonly object[], headers?: Headings): Promise<Answer>
}

export async function callAs(
  server: TestServer,
  wish: TokenWish = { scope: 'system/*.cruds' },
): Promise<Caller> {
  const token = await server.token(wish)
  const base = server.baseOf(wish.clinic ?? 'main')
  const common = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' }
  const send: Caller['send'] = async (method, path, body, headers = {}) => {
    const response = await fetch(path.startsWith('http') ? path : `${base}${path && `/${path}`}`, {
      method,
      headers: { ...common, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const resource = text === '' ? undefined : JSON.parse(text)
    const { status, headers: received } = response
    return { status, headers: received, text, resource, bundle: resource, outcome: resource }
  }
  return {
    send,
    post: (type, entry, headers) => send('POST', '', { resourceType: 'Bundle', type, entry }, headers),
  }
}

/** One entry: `entry('PUT', 'Patient/1', resource, { ifMatch: 'W/"1"' })`. */
export function entry(
  method: string,
  url: string,
  resource?: object,
  more: { fullUrl?: string } & Record<string, unknown> = {},
): object {
  const { fullUrl, ...conditions } = more
  return {
    ...(fullUrl === undefined ? {} : { fullUrl }),
    ...(resource === undefined ? {} : { resource }),
    request: { method, url, ...conditions },
  }
}

let numbers = 0
/** An identifier that no other test has. */
export function freshIdentifier(): { system: string; value: string } {
  return { system: 'urn:almanac:test', value: `n-${++numbers}-${Math.random().toString(36).slice(2)}` }
}

/** `Patient/123` of the n-th entry's response. */
export function instanceOf(answer: Answer, index: number): string {
  const location = answer.bundle.entry?.[index]?.response?.location ?? ''
  return location.split('/').slice(-4, -2).join('/')
}

export function statusesOf(answer: Answer): readonly (string | undefined)[] {
  return answer.bundle.entry?.map(({ response }) => response?.status) ?? []
}

export function expressionsOf(answer: Answer): readonly string[] {
  return answer.outcome.issue.flatMap(({ expression }) => expression ?? [])
}
