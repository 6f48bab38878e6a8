import type { Resource } from '#fhir/resource.ts'

/** What went over the wire, and nothing else: the prediction must not share a line with what it checks. */
export interface Exchange {
  readonly method: string
  /** Below the base, with the query. */
  readonly path: string
  readonly body?: Resource
  readonly ifNoneExist?: string
  /** Came along in the header. */
  readonly provenance?: Resource
  readonly status: number
  readonly etag: string | null
  readonly location: string | null
  readonly answer: Resource | undefined
}

/** `subtype action outcome what patient`, one for each event that the exchange must have left, sorted. */
export function predictEvents(exchange: Exchange, before: ReadonlyMap<string, Resource>): readonly string[] {
  return [...predict(exchange, before)].sort()
}

function* predict(exchange: Exchange, before: ReadonlyMap<string, Resource>): Generator<string> {
  const { method, path, status, body, answer } = exchange
  const [place = '', query] = path.split('?')
  const [type = '', id, third, version] = place.slice(1).split('/')
  if (path === '' || path === '/') {
    yield* predictBundle(exchange, before)
    return
  }
  const name = nameOf(method, type, id, third, version)
  const asked = askedPatients(type, id, query, name)
  const what = id === undefined || id === '_search' ? undefined : `${type}/${id}`
  if (status >= 400) {
    const meant = name === 'create' || name === 'update' ? [...references(body)] : []
    yield* each(name, what, [...asked, ...meant].slice(0, mostMeant), '4')
    return
  }
  const old = before.get(`${type}/${id}`)
  // Its id is told to nobody.
  if (exchange.provenance !== undefined) yield line('create', '0', 'Provenance/?/_history/1', undefined)
  switch (name) {
    case 'read':
    case 'vread':
      yield* each(name, withVersion(what, exchange.etag), patientsIn([answer as Resource]))
      return
    case 'history-instance':
    case 'search-type': {
      const shown = (answer?.entry ?? []) as { readonly resource?: Resource; readonly request?: unknown }[]
      const resources = shown.flatMap(({ resource }) => resource ?? [])
      yield* each(name, name === 'search-type' ? undefined : what, [...asked, ...patientsIn(resources)])
      return
    }
    case 'create':
      if (exchange.ifNoneExist !== undefined) yield line('search-type', '0', undefined, undefined)
      if (status === 201)
        yield* each('create', placeOf(exchange.location), patientsIn([withId(body, exchange.location)]))
      else yield line('create', '0', undefined, undefined)
      return
    case 'update':
      yield* each(
        status === 201 ? 'create' : 'update',
        withVersion(what, exchange.etag),
        patientsIn([body as Resource, ...(old === undefined ? [] : [old])]),
      )
      return
    case 'delete':
      yield* each('delete', withVersion(what, exchange.etag), old === undefined ? asked : patientsIn([old]))
      return
    default:
      throw new Error(`Not foreseen: ${method} ${path}`)
  }
}

function* predictBundle(exchange: Exchange, before: ReadonlyMap<string, Resource>): Generator<string> {
  const { body, status, answer } = exchange
  const kind = body?.type as string
  yield line(kind, status >= 400 ? '4' : '0', undefined, undefined)
  if (status >= 400) return
  const entries = (body?.entry ?? []) as { resource?: Resource; request: { method: string; url: string } }[]
  const answers = (answer?.entry ?? []) as {
    resource?: Resource
    response: { status: string; etag?: string; location?: string }
  }[]
  for (const [at, { resource, request }] of entries.entries()) {
    const { response, resource: given } = answers[at] as (typeof answers)[number]
    yield* predict(
      {
        method: request.method,
        path: `/${request.url}`,
        ...(resource !== undefined && { body: resource }),
        status: Number(response.status.slice(0, 3)),
        etag: response.etag ?? null,
        location: response.location ?? null,
        answer: given,
      },
      before,
    )
  }
}

function nameOf(method: string, _type: string, id?: string, third?: string, version?: string): string {
  if (method === 'POST') return id === '_search' ? 'search-type' : 'create'
  if (method === 'PUT') return 'update'
  if (method === 'DELETE') return 'delete'
  if (version !== undefined) return 'vread'
  if (third === '_history') return 'history-instance'
  return id === undefined ? 'search-type' : 'read'
}

const actions: Record<string, string> = {
  create: 'C',
  read: 'R',
  vread: 'R',
  'history-instance': 'R',
  update: 'U',
  delete: 'D',
}

function line(name: string, outcome: string, what: string | undefined, patient: string | undefined): string {
  return `${name} ${actions[name] ?? 'E'} ${outcome} ${what ?? '-'} ${patient ?? '-'}`
}

/** Of a refused body that names many patients these are told. */
const mostMeant = 10

function* each(
  name: string,
  what: string | undefined,
  patients: readonly string[],
  outcome = '0',
): Generator<string> {
  const distinct = [...new Set(patients)]
  if (distinct.length === 0) yield line(name, outcome, what, undefined)
  for (const patient of distinct) yield line(name, outcome, what, patient)
}

function withVersion(what: string | undefined, etag: string | null): string | undefined {
  const version = /^W\/"(\d+)"$/.exec(etag ?? '')?.[1]
  return version === undefined ? what : `${what}/_history/${version}`
}

function placeOf(location: string | null): string | undefined {
  return /([A-Z][A-Za-z]+\/[^/]+\/_history\/\d+)$/.exec(location ?? '')?.[1]
}

function withId(body: Resource | undefined, location: string | null): Resource {
  return { ...(body as Resource), id: placeOf(location)?.split('/')[1] ?? '' }
}

function askedPatients(
  type: string,
  id: string | undefined,
  query: string | undefined,
  name: string,
): string[] {
  if (type === 'Patient' && id !== undefined && id !== '_search') return [id]
  if (name !== 'search-type') return []
  const pairs = [...new URLSearchParams(query ?? '')]
  return pairs.flatMap(([parameter, value]) =>
    parameter === 'patient' ? [value.replace('Patient/', '')] : [],
  )
}

/** Every reference to a patient, wherever it stands; a Patient is itself. */
function patientsIn(resources: readonly Resource[]): string[] {
  return resources.flatMap((resource) =>
    resource.resourceType === 'Patient' ? [resource.id as string] : [...references(resource)],
  )
}

function* references(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    const patient = name === 'reference' ? /^Patient\/(.+)$/.exec(String(member))?.[1] : undefined
    if (patient !== undefined) yield patient
    else yield* references(member)
  }
}
