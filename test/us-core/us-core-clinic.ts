import { loadUsCoreClinic } from '#demo/us-core-clinic.ts'
import type { Resource } from '#fhir/resource.ts'
import { startTestServer, type TestServer, type TokenWish } from '../support/server.ts'

export const url = (name: string) => `http://hl7.org/fhir/us/core/StructureDefinition/us-core-${name}`
export const releases = ['6.1.0', '7.0.0', '8.0.0'] as const
/** Type and the name of its profile. */
export const profiled = [
  ['Patient', 'patient'],
  ['Practitioner', 'practitioner'],
  ['PractitionerRole', 'practitionerrole'],
  ['Organization', 'organization'],
  ['Location', 'location'],
] as const

export interface Answer {
  readonly status: number
  readonly json: Resource & Bundle
}

export interface Bundle {
  readonly issue?: readonly { severity: string; code: string; diagnostics: string; expression?: string[] }[]
  readonly entry?: readonly { readonly resource: Resource; readonly search: { readonly mode: string } }[]
}

/** A server that was started with the resources of US Core's test kit, as `DEMO_US_CORE=true` starts it. */
export interface UsCoreClinic extends AsyncDisposable {
  readonly server: TestServer
  send(method: string, path: string, body?: object | string, as?: string): Promise<Answer>
  /** What a search finds, the same by GET and by POST: `match Patient/us-core-amy`. */
  found(search: string, as?: string): Promise<string[]>
  token(wish: TokenWish): Promise<string>
}

export const seeded = loadUsCoreClinic()

/** A seeded resource, to be changed at will. */
export function copyOf(id: string): Resource & Record<string, unknown> {
  const found = seeded.find((resource) => resource.id === id)
  if (found === undefined) throw new Error(`${id} is not seeded`)
  return structuredClone(found) as Resource & Record<string, unknown>
}

export async function openUsCoreClinic(): Promise<UsCoreClinic> {
  const server = await startTestServer({ demoUsCore: true })
  const system = await server.token({ scope: 'system/*.cruds' })
  const send = async (method: string, path: string, body?: object | string, as = system) => {
    const form = typeof body === 'string'
    const answer = await fetch(`${server.base}/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${as}`,
        prefer: 'return=representation',
        ...(body && { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/fhir+json' }),
      },
      ...(body && { body: form ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, json: JSON.parse(text === '' ? '{}' : text) as Answer['json'] }
  }
  const found = async (search: string, as = system) => {
    const [type, query = ''] = search.split('?')
    const answers = [
      await send('GET', search, undefined, as),
      await send('POST', `${type}/_search`, query, as),
    ] as const
    const [get, post] = answers.map(({ status, json }) => {
      if (status !== 200) throw new Error(`${search}: ${status} ${JSON.stringify(json)}`)
      return (json.entry ?? [])
        .map(({ resource, search: { mode } }) => `${mode} ${resource.resourceType}/${resource.id}`)
        .sort()
    })
    if (String(get) !== String(post)) throw new Error(`${search}: GET finds ${get}, POST ${post}`)
    return get ?? []
  }
  const close = () => server.close()
  return { server, send, found, token: (wish) => server.token(wish), [Symbol.asyncDispose]: close }
}
