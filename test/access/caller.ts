import type { TestServer } from '../support/server.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
  readonly body: any
}

export type Call = (
  method: string,
  path: string,
  body?: object,
  headers?: Record<string, string>,
) => Promise<Answer>

type Wish = Parameters<TestServer['token']>[0]

/** Someone with a token, calling below a clinic's base. */
export async function callerOf(server: TestServer, wish: Wish | string, clinic?: string): Promise<Call> {
  const token = typeof wish === 'string' ? wish : await server.token(wish)
  const base = clinic === undefined ? server.base : server.baseOf(clinic)
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': contentTypes[method] ?? 'application/fhir+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }
}

const contentTypes: Record<string, string> = { PATCH: 'application/json-patch+json' }

/** Ids of a searchset's entries, those that were included among them. */
export function idsOf({ body }: Answer): string[] {
  return (body.entry ?? []).map((entry: { resource: { id: string } }) => entry.resource.id)
}
