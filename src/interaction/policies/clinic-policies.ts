import type { Opening, Policies, PolicySource } from '#access/policy/policy.ts'
import { buildPolicies } from '#access/policy/shipped-policies.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { parseJson } from '#fhir/json.ts'
import type { Resource } from '#fhir/resource.ts'
import { parseClauses } from '#fhir/search-parse.ts'
import type { Database, Reads } from '#store/store.ts'
import { KnownByClinic } from '../known-by-clinic.ts'
import { readOpening } from './opening-resource.ts'
import { basicKinds, type OwnKind } from './own-records.ts'
import { readPolicy } from './policy-resource.ts'

export interface ClinicPoliciesParts {
  readonly database: Pick<Database, 'asSystem' | 'notifications'>
  readonly definitions: Definitions
  readonly shipped: Policies
  readonly clock: () => Date
}

type Listener = (tenant: string | undefined) => void

/** Its payload is the clinic; told within the transaction, so heard when it commits. */
export const policyChannel = 'almanac_policies'

const dayInMs = 86_400_000
/** No clinic has so many roles, or glasses broken within two days. */
const most = 1_000

/** Each clinic's policies and broken glasses: read when first asked for, and again after they changed, in whichever process. */
export class ClinicPolicies implements PolicySource {
  readonly #parts: ClinicPoliciesParts
  readonly #known = new KnownByClinic<Policies>(
    (tenant) => this.#load(tenant),
    (tenant, { openings }) => this.#awaitEnd(tenant, openings),
  )
  readonly #listeners = new Set<Listener>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #unsubscribe: () => void

  constructor(parts: ClinicPoliciesParts) {
    this.#parts = parts
    this.#unsubscribe = parts.database.notifications.subscribe(policyChannel, {
      told: (tenant) => this.forget(tenant),
      connected: () => this.forget(undefined),
      lost: () => this.forget(undefined),
    })
  }

  of(tenant: string): Policies | Promise<Policies> {
    return this.#known.of(tenant)
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  forget(tenant: string | undefined): void {
    this.#known.forget(tenant)
    for (const listener of this.#listeners) listener(tenant)
  }

  [Symbol.dispose](): void {
    this.#unsubscribe()
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }

  /** An open record closes by itself. */
  #awaitEnd(tenant: string, openings: readonly Opening[]): void {
    clearTimeout(this.#timers.get(tenant))
    const ends = openings.map(({ until }) => until.getTime())
    if (ends.length === 0) return
    const wait = Math.max(0, Math.min(...ends) - this.#parts.clock().getTime()) + 1
    this.#timers.set(tenant, setTimeout(() => this.forget(tenant), wait).unref())
  }

  async #load(tenant: string): Promise<Policies> {
    const { database, shipped, clock } = this.#parts
    const reads = database.asSystem(tenant)
    const now = clock()
    const since = new Date(now.getTime() - 2 * dayInMs).toISOString().slice(0, 10)
    const [policies, opened] = await Promise.all([
      this.#search(reads, 'access-policy'),
      this.#search(reads, 'break-glass', ['created', `ge${since}`]),
    ])
    const openings = opened
      .map(readOpening)
      .filter((opening) => opening !== undefined)
      .filter(({ until }) => until > now)
    if (policies.length === 0 && openings.length === 0) return shipped
    return buildPolicies(policies.map(readPolicy), openings, shipped)
  }

  async #search(reads: Reads, kind: OwnKind, ...more: [string, string][]): Promise<readonly Resource[]> {
    const pairs: [string, string][] = [['code', `${basicKinds}|${kind}`], ...more]
    const where = parseClauses(this.#parts.definitions, 'Basic', pairs, { timeZone: 'UTC' })
    const query = { types: ['Basic'], where, sort: [], count: most, total: 'none', includes: [] } as const
    const { matches } = await reads.search(query)
    return matches.map(({ text }) => parseJson(text) as Resource)
  }
}
