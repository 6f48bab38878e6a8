import { randomUUIDv7 } from 'node:crypto'
import { createPrincipal } from '#access/create-principal.ts'
import { buildPolicies } from '#access/policy/shipped-policies.ts'
import type { Principal } from '#access/principal.ts'
import { createSecurityLog } from '#audit/security-log.ts'
import { createPagingTokens, type PagingTokens } from '#fhir/paging-token.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { createRunBundle } from '#interaction/bundle/run-bundle.ts'
import type { Operation } from '#interaction/operation.ts'
import { createInvokeOperation } from '#interaction/operations/invoke-operation.ts'
import { loadOperations } from '#interaction/operations/load-operations.ts'
import { createTrail } from '#interaction/operations/trail.ts'
import { createPatch } from '#interaction/patch/create-patch.ts'
import { createRoad } from '#interaction/road.ts'
import type { InteractionSettings, Road } from '#interaction/walk.ts'
import type { Database } from '#store/store.ts'
import { readConfig } from '../../../src/config.ts'
import { joinScheduling } from '../../../src/join-scheduling.ts'
import { base, definitions, type Sending, toRequest } from '../../interaction/open-clinic.ts'
import { askCalendar, buildQuestion } from './calendar.ts'
import { buildCaller, type Caller } from './caller.ts'
import { Oracle } from './oracle.ts'
import { buildPopulation, type Entry, ids, markForm, types } from './population.ts'
import { Random } from './random.ts'
import { buildSearch } from './requests.ts'
import { buildTrailSearch, plantTrail, searchTrail } from './trail.ts'
import { tryWrites } from './writes.ts'

const settings: InteractionSettings = {
  requireIfMatch: false,
  conditionalDeleteMultiple: false,
  conditionalDeleteLimit: 100,
  pageSize: 20,
  pageSizeLimit: 1_000,
  timeZone: 'UTC',
  discloseStaff: false,
}

/** The road with all that it has, but rules on what a resource must hold: the fuzzer's are bare. */
export function openRoad(database: Database): Road {
  const clock = () => new Date()
  const newId = () => randomUUIDv7()
  const validator = { validate: () => [] }
  const pages = createPagingTokens({ key: new Uint8Array(32), lifetime: 3_600_000, clock })
  const parts = { database, definitions, settings, pages, clock, newId, validator }
  const calendar = openCalendar(database, pages)
  return createRoad({
    ...parts,
    rules: [],
    applyPatch: createPatch(definitions),
    runBundle: createRunBundle({ ...parts, entryLimit: 100, reportFault: () => undefined }),
    invokeOperation: createInvokeOperation({
      ...parts,
      operations: [...loadOperations(parts), ...calendar, openTrail()],
    }),
  })
}

/** How to verify what it gives is told to those who may have it; the giving itself would hold connections. */
function openTrail(): Operation {
  return createTrail({
    open: () => Promise.reject(new Error('not asked for')),
    keys: () => ({}),
    record: () => Promise.resolve(),
    clock: () => new Date(),
  })
}

function openCalendar(database: Database, pages: PagingTokens): readonly Operation[] {
  const securityLog = createSecurityLog({
    recordAudit: (tenant, event) => database.recordAudit(tenant, event),
    newId: () => randomUUIDv7(),
    clock: () => new Date(),
    observerOf: () => base,
  })
  const { operations } = joinScheduling({
    ...{ database, pages, securityLog, settings: readConfig({ DEMO: 'false', TIME_ZONE: 'UTC' }) },
    clock: () => new Date('2029-12-01T00:00:00Z'),
    newId: () => randomUUIDv7(),
    localBases: () => [base],
    principalOf: (tenant) =>
      createPrincipal(
        { tenant, clientId: 'clinic', tokenId: 'clinic', scope: 'system/*.cruds' },
        definitions,
      ),
    onFault: (sentence, cause) => {
      throw new Error(sentence, { cause })
    },
  })
  return operations
}

export interface Answer {
  readonly status: number
  readonly text: string
  /** Id of what was created. */
  readonly id?: string
}

export async function ask(
  road: Road,
  principal: Principal,
  line: string,
  sending: Omit<Sending, 'as'> = {},
): Promise<Answer> {
  try {
    const request = toRequest(line, sending)
    const { type } = (sending.body ?? {}) as { type?: string }
    const interaction = type === 'batch' || type === 'transaction' ? type : request.interaction
    const { status, body = '', location } = await road.interact({ ...request, interaction }, principal)
    const id = location?.split('/').at(-3)
    return { status, text: body, ...(id === undefined ? {} : { id }) }
  } catch (failure) {
    if (!(failure instanceof Refusal)) throw failure
    return { status: failure.status, text: failure.message }
  }
}

/** One clinic with its people, and one caller after the other. */
export class World {
  readonly seed: number
  readonly random: Random
  readonly tenant: string
  readonly database: Database
  readonly road: Road
  readonly plain: Road
  readonly entries: Map<string, Entry>
  requests = 0

  constructor(seed: number, database: Database, road: Road, plain: Road) {
    this.seed = seed
    this.random = new Random(seed)
    this.tenant = `w${seed}`
    this.database = database
    this.road = road
    this.plain = plain
    this.entries = buildPopulation(this.random)
  }

  trail: readonly Resource[] = []

  /** Throws at the first difference. */
  async run(callers: number, requests: number): Promise<void> {
    await store(
      this.database,
      this.tenant,
      [...this.entries.values()].flatMap((entry) =>
        entry.versions.map((version) => ({ ...entry, ...version })),
      ),
    )
    this.trail = await plantTrail(this)
    for (let i = 0; i < callers; i++) await new Visit(this, buildCaller(this.random), i).run(requests)
  }
}

interface StoredRow {
  readonly type: string
  readonly id: string
  readonly version: number
  readonly updated: Date
  readonly resource: Resource | undefined
}

async function store(database: Database, tenant: string, rows: readonly StoredRow[]): Promise<void> {
  const rounds = Map.groupBy(rows, ({ version }) => version)
  for (const round of [...rounds.keys()].toSorted((a, b) => a - b)) {
    await database.asSystem(tenant).transaction(async (tx) => {
      for (const { type, id, version, updated, resource } of rounds.get(round) ?? []) {
        const content = resource && { resource, text: JSON.stringify(resource) }
        tx.write({
          ...{ method: resource === undefined ? 'DELETE' : 'PUT', type, id, version, updated },
          ...(content === undefined ? {} : { content }),
        })
      }
    })
  }
}

/** One caller in a world. */
export class Visit {
  readonly world: World
  readonly caller: Caller
  readonly oracle: Oracle
  readonly principal: Principal
  readonly #number: number
  readonly #projections = new Map<string, Promise<Principal>>()

  constructor(world: World, caller: Caller, number: number) {
    this.world = world
    this.caller = caller
    this.#number = number
    this.oracle = new Oracle(caller)
    this.principal = createPrincipal(
      { ...caller.claims, tenant: world.tenant },
      definitions,
      buildPolicies(caller.policies),
    )
  }

  async run(requests: number): Promise<void> {
    const { random } = this.world
    const writes = Math.ceil(requests * 0.15)
    const work = Array.from({ length: requests - writes }, () => this.#choose())
    for (let i = 0; i < work.length; i += 12) {
      const done = await Promise.allSettled(work.slice(i, i + 12).map((one) => one()))
      for (const one of done) if (one.status === 'rejected') throw one.reason
    }
    await tryWrites(this, random, writes)
  }

  #choose(): () => Promise<void> {
    const { random } = this.world
    const type = random.pick(types)
    const id = random.chance(0.05) ? 'never-was' : random.pick(ids[type])
    const roll = random.next()
    if (roll < 0.55) {
      const line = `GET ${buildSearch(random)}`
      return () => this.#compare(line, 's', searchedTypes(line))
    }
    if (roll < 0.65) return () => this.#read(type, id)
    if (roll < 0.72) {
      const version = 1 + random.below(3)
      return () => this.#vread(type, id, version)
    }
    if (roll < 0.78)
      return () => this.#history(`/${type}/${id}`, 'r', (entry) => entry.type === type && entry.id === id)
    if (roll < 0.84) return () => this.#history(`/${type}`, 's', (entry) => entry.type === type)
    if (roll < 0.88) return () => this.#history('', 's', () => true)
    if (roll < 0.93) {
      const who = random.pick(ids.Patient)
      return () => this.#compare(`GET /Patient/${who}/$everything?_count=500`, 'rs', ['Patient'])
    }
    if (roll < 0.94) return () => this.#compare(`GET /${type}/${id}/$meta`, 'r', [type])
    if (roll < 0.96) {
      const line = buildTrailSearch(random)
      return () => searchTrail(this, line)
    }
    if (roll < 0.975) {
      const line = buildQuestion(random)
      return () => askCalendar(this, line)
    }
    const lines = Array.from({ length: 3 }, () => buildSearch(random).replace(/^\/\?/, '?'))
    lines.push(`${type}/${id}`)
    return () => this.#batch(lines.map((line) => line.replace(/^\//, '')))
  }

  /** Whatever is answered may hold the marks of what the caller sees, and no other. */
  checkMarks(line: string, text: string, letters: string): void {
    const found = text.match(markForm)
    if (found === null) return
    const allowed = this.#marks(letters)
    const stray = found.find((mark) => !allowed.has(mark))
    if (stray !== undefined) this.fail(line, `it tells ${stray}: ${this.#ownerOf(stray)}`)
  }

  #allowedMarks = new Map<string, ReadonlySet<string>>()

  #marks(letters: string): ReadonlySet<string> {
    let marks = this.#allowedMarks.get(letters)
    if (marks === undefined) {
      const known = [...this.world.entries.values()].filter(({ type }) =>
        this.oracle.seesWhole(type, letters),
      )
      const shown = [...this.visible(letters), ...known].flatMap(({ versions }) =>
        versions.flatMap(({ resource }) =>
          resource !== undefined && this.oracle.sees(resource, letters)
            ? [JSON.stringify(this.oracle.show(resource))]
            : [],
        ),
      )
      const told = this.world.trail.filter((event) => this.oracle.sees(event, letters))
      marks = new Set([...shown, JSON.stringify(told)].join().match(markForm) ?? [])
      this.#allowedMarks.set(letters, marks)
    }
    return marks
  }

  /** What was written since is no longer told right. */
  forgetMarks(): void {
    this.#allowedMarks.clear()
    this.#projections.clear()
  }

  #ownerOf(mark: string): string {
    for (const { type, id, versions } of this.world.entries.values()) {
      for (const { version, resource } of versions) {
        if (JSON.stringify(resource ?? null).includes(mark)) return `${type}/${id} version ${version}`
      }
    }
    return 'nobody knows it'
  }

  /** Resources that exist for the caller now. */
  visible(letters: string): readonly Entry[] {
    return [...this.world.entries.values()].filter(({ versions }) => {
      const resource = versions.at(-1)?.resource
      return resource !== undefined && this.oracle.sees(resource, letters)
    })
  }

  /** A clinic that holds what the caller sees and nothing else, and a client that sees all of it. */
  async #project(letters: string): Promise<Principal> {
    const tenant = `${this.world.tenant}-${this.#number}-${letters}`
    const rows = this.visible(letters).map(({ type, id, versions }) => {
      const { updated, resource } = versions.at(-1) as Entry['versions'][number]
      return { type, id, version: 1, updated, resource: this.oracle.show(resource as Resource) }
    })
    await store(this.world.database, tenant, rows)
    return createPrincipal(
      { tenant, clientId: 'fuzzer', tokenId: 'plain', scope: 'system/*.rs' },
      definitions,
    )
  }

  projection(letters: string): Promise<Principal> {
    let projection = this.#projections.get(letters)
    if (projection === undefined) {
      projection = this.#project(letters)
      this.#projections.set(letters, projection)
    }
    return projection
  }

  ask(line: string, sending: Omit<Sending, 'as'> = {}): Promise<Answer> {
    this.world.requests++
    return ask(this.world.road, this.principal, line, sending)
  }

  /** The answer must be the one that a clinic without all that is hidden would give. */
  async #compare(line: string, letters: string, named: readonly string[]): Promise<void> {
    const other = await this.projection(letters)
    let own = line
    let plain = line
    for (let page = 0; page < 4; page++) {
      const [answer, expected] = await Promise.all([this.ask(own), ask(this.world.plain, other, plain)])
      this.checkMarks(own, answer.text, letters)
      // An order by people goes by whom the list holds, not by whom of it is shown.
      if (/_sort=[^&]*patient/.test(line) && this.oracle.crowds('Appointment').length > 0) return
      if (answer.status === 403) {
        const hidden = this.visible(letters).filter(({ type }) => named.includes(type))
        if (named.length === 1 && hidden.length > 0)
          this.fail(own, 'it is refused, though there is something to see')
        return
      }
      if (this.oracle.isMixed) return
      // Who sees all of a type is told what was deleted; the other clinic never had it.
      const gone = answer.status === 410 && expected.status === 404
      if (gone && named.every((type) => this.oracle.seesWhole(type, letters))) return
      if (answer.status !== expected.status || contentOf(answer) !== contentOf(expected)) {
        this.fail(
          own,
          `it answers ${answer.status}\n${contentOf(answer)}\ninstead of ${expected.status}\n${contentOf(expected)}`,
        )
      }
      const [next, nextPlain] = [nextOf(answer), nextOf(expected)]
      if ((next === undefined) !== (nextPlain === undefined)) this.fail(own, 'one of both has another page')
      if (next === undefined || nextPlain === undefined) return
      own = `GET ${next}`
      plain = `GET ${nextPlain}`
    }
  }

  async #read(type: string, id: string): Promise<void> {
    const line = `GET /${type}/${id}`
    const answer = await this.ask(line)
    this.checkMarks(line, answer.text, 'r')
    const current = this.world.entries.get(`${type}/${id}`)?.versions.at(-1)?.resource
    const seen = current !== undefined && this.oracle.sees(current, 'r')
    if (seen && (answer.status !== 200 || answer.text !== JSON.stringify(this.oracle.show(current)))) {
      this.fail(line, `it answers ${answer.status} ${answer.text}`)
    }
    if (!seen) this.#checkAbsent(line, answer, type)
  }

  async #vread(type: string, id: string, version: number): Promise<void> {
    const line = `GET /${type}/${id}/_history/${version}`
    const answer = await this.ask(line)
    this.checkMarks(line, answer.text, 'r')
    const versions = this.world.entries.get(`${type}/${id}`)?.versions ?? []
    const current = versions.at(-1)?.resource
    const wanted = versions[version - 1]?.resource
    const seen =
      current !== undefined &&
      wanted !== undefined &&
      this.oracle.sees(current, 'r') &&
      this.oracle.sees(wanted, 'r')
    if (seen && (answer.status !== 200 || answer.text !== JSON.stringify(this.oracle.show(wanted)))) {
      this.fail(line, `it answers ${answer.status} ${answer.text}`)
    }
    if (!seen && !this.oracle.seesWhole(type, 'r')) this.#checkAbsent(line, answer, type)
  }

  /** A resource that was deleted is told of to those who see all of its type. */
  #checkAbsent(line: string, { status, text }: Answer, type: string): void {
    const whole = this.oracle.seesWhole(type, 'r')
    if (status === 404 || status === 403 || (whole && status === 410)) return
    this.fail(line, `it answers ${status} ${text} about what is not there for this caller`)
  }

  async #history(place: string, letter: 'r' | 's', belongs: (entry: Entry) => boolean): Promise<void> {
    const line = `GET ${place}/_history?_count=500`
    const answer = await this.ask(line)
    this.checkMarks(line, answer.text, letter)
    if (answer.status !== 200) return
    const told: string[] = (JSON.parse(answer.text).entry ?? [])
      .filter(
        ({ resource }: { resource?: Resource }) => resource !== undefined && resource.resourceType in ids,
      )
      .map(({ resource }: { resource: Resource }) => JSON.stringify(resource))
      .toSorted()
    const wholeTypes = new Set(types.filter((type) => this.oracle.seesWhole(type, letter)))
    const expected = [...this.world.entries.values()]
      .filter(belongs)
      .filter(({ type, versions }) => {
        const current = versions.at(-1)?.resource
        return wholeTypes.has(type as never) || (current !== undefined && this.oracle.sees(current, letter))
      })
      .flatMap(({ versions }) => versions)
      .flatMap(({ resource }) =>
        resource !== undefined && this.oracle.sees(resource, letter) ? [resource] : [],
      )
      .map((resource) => JSON.stringify(this.oracle.show(resource)))
      .toSorted()
    if (JSON.stringify(told) !== JSON.stringify(expected)) {
      this.fail(line, `it tells\n${told.join('\n')}\ninstead of\n${expected.join('\n')}`)
    }
  }

  async #batch(urls: readonly string[]): Promise<void> {
    const body = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: urls.map((url) => ({ request: { method: 'GET', url } })),
    }
    this.world.requests += urls.length
    const answer = await this.ask('POST /', { body })
    const entries: object[] = JSON.parse(answer.text).entry ?? []
    for (const [i, url] of urls.entries()) {
      this.checkMarks(`batch ${url}`, JSON.stringify(entries[i] ?? null), url.includes('?') ? 's' : 'r')
    }
  }

  fail(line: string, difference: string): never {
    throw new Error(
      [
        `${line}: ${difference}`,
        `caller ${JSON.stringify(this.caller)}`,
        `again: npm run fuzz:leaks -- --seed ${this.world.seed}`,
      ].join('\n'),
    )
  }
}

function searchedTypes(line: string): readonly string[] {
  const named = /[?&]_type=([^&]*)/.exec(line)?.[1]
  return named?.split(',') ?? [/^GET \/(\w+)/.exec(line)?.[1] ?? '']
}

/** What the answer says, without what is the server's own: times, links, the caller's name. */
function contentOf({ status, text }: Answer): string {
  if (status !== 200) return text
  const { link: _, meta: __, id: ___, ...rest } = JSON.parse(text)
  return rest.resourceType === 'Bundle' ? JSON.stringify(rest) : text
}

function nextOf({ status, text }: Answer): string | undefined {
  if (status !== 200) return undefined
  const links: { relation: string; url: string }[] = JSON.parse(text).link ?? []
  return links
    .find(({ relation }) => relation === 'next')
    ?.url.slice(base.length)
    .replace(/^\?/, '/?')
}

/** As many requests as asked for, each world of another seed; throws at the first difference. */
export async function fuzz(
  database: Database,
  wish: {
    readonly seed: number
    readonly requests: number
    readonly planted?: Database
    readonly goOn?: () => boolean
    readonly told?: (seed: number, requests: number) => void
  },
): Promise<number> {
  const plain = openRoad(database)
  const road = openRoad(wish.planted ?? database)
  let requests = 0
  for (let seed = wish.seed; requests < wish.requests && (wish.goOn?.() ?? true); seed++) {
    const world = new World(seed, database, road, plain)
    await world.run(4, 150)
    requests += world.requests
    wish.told?.(seed, requests)
  }
  return requests
}
