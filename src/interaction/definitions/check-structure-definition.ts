import type { Definitions } from '#fhir/definitions.ts'
import { createProfiles, type Profiles } from '#fhir/profiles/create-profiles.ts'
import { typeOfCanonical } from '#fhir/profiles/known-types.ts'
import { type StructureSource, splitCanonical } from '#fhir/profiles/structure-source.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Viewer } from '#fhir/search-query.ts'
import type { Reads, Transaction } from '#store/store.ts'
import type { Change, WriteRule } from '../write-rule.ts'
import {
  hasUrl,
  isConstraint,
  isInUse,
  keepSource,
  mostProfiles,
  readProfile,
  restsOn,
  type StoredProfile,
  searchProfiles,
  sourcesOf,
} from './stored-profiles.ts'

export interface StructureDefinitionParts {
  readonly definitions: Definitions
  /** What the server ships: never replaced by what a clinic stores. */
  readonly shipped: Profiles
  readonly faultOfExpression?: (expression: string) => string | undefined
  /** Runs after the commit: whoever holds the clinic's profiles lets go of them. */
  readonly changed: (tenant: string) => void
  /** Profiles of one clinic. */
  readonly most?: number
}

/** Profiles that one new one may rest on, or that may rest on it. */
const mostRelated = 500

/** A clinic's profile is stored when its snapshot can be made, and when those that rest on it still can. */
export function createStructureDefinitionRule(parts: StructureDefinitionParts): WriteRule {
  return {
    name: 'profiles narrow what they rest on',
    types: ['StructureDefinition'],
    async apply(change, tx) {
      tx.afterCommit(() => parts.changed(tx.tenant))
      const after = change.after as (StructureSource & { readonly resourceType: string }) | undefined
      if (after !== undefined) checkKind(after)
      // One at a time: each is checked against all others.
      await tx.lock(['StructureDefinition'])
      await new Check(parts, change, tx).run()
      return []
    },
  }
}

function checkKind({ derivation, kind }: StructureSource): void {
  if (derivation === 'constraint' || kind === 'logical') return
  throw new Refusal(
    'business-rule',
    "A clinic adds profiles: derivation 'constraint'. New types are files that the server starts with.",
    { expression: 'StructureDefinition.derivation' },
  )
}

class Check {
  readonly #parts: StructureDefinitionParts
  readonly #reads: Reads
  readonly #before: StoredProfile | undefined
  readonly #after: StoredProfile | undefined
  /** By row. */
  readonly #others = new Map<string, StoredProfile>()

  constructor(parts: StructureDefinitionParts, { id, before, after }: Change, tx: Transaction) {
    const viewer: Viewer = { tenant: tx.tenant, visible: () => 'all' }
    this.#parts = parts
    this.#reads = tx.as(viewer)
    this.#before = before === undefined || before.deleted ? undefined : readProfile(id, before.text)
    this.#after = after === undefined ? undefined : keepSource(id, after as unknown as StructureSource)
  }

  async run(): Promise<void> {
    const after = this.#after !== undefined && isInUse(this.#after) ? this.#after : undefined
    if (this.#before === undefined && this.#after?.derivation === 'constraint') await this.#checkCount()
    if (after !== undefined) {
      this.#checkUrl(after)
      await this.#loadBelow(after)
      this.#checkTwin(after)
      this.#profiles().build(after)
    }
    if (this.#before !== undefined && isInUse(this.#before)) await this.#checkThoseAbove(this.#before)
  }

  async #checkCount(): Promise<void> {
    const { definitions, most = mostProfiles } = this.#parts
    const { total = 0 } = await this.#reads.search({
      types: ['StructureDefinition'],
      where: [isConstraint(definitions)],
      sort: [],
      count: 0,
      total: 'accurate',
      includes: [],
      own: true,
    })
    if (total < most) return
    throw new Refusal(
      'business-rule',
      `A clinic holds ${most} profiles at most, and this one has as many: delete one that is not needed first.`,
      { expression: 'StructureDefinition' },
    )
  }

  #checkUrl({ url, version }: StoredProfile): void {
    const { definitions, shipped } = this.#parts
    if (!/^[a-z][a-z0-9+.-]*:[^|#\s]+$/i.test(url))
      throw new Refusal('value', 'A profile is named by an absolute URL, without | or #.', {
        expression: 'StructureDefinition.url',
      })
    const same = version === undefined ? shipped.source(url) : shipped.source(`${url}|${version}`)
    if (same !== undefined || typeOfCanonical(definitions, url) !== undefined)
      throw new Refusal(
        'business-rule',
        `The server has its own definition of ${url}, which cannot be replaced: choose a URL of yours.`,
        { expression: 'StructureDefinition.url' },
      )
  }

  #checkTwin(after: StoredProfile): void {
    const twin = [...this.#others.values()].find(
      ({ url, version }) => url === after.url && version === after.version,
    )
    if (twin === undefined) return
    throw new Refusal(
      'duplicate',
      `StructureDefinition/${twin.id} has this URL and version already: update it, or give this one another version.`,
      { expression: 'StructureDefinition.url' },
    )
  }

  /** What it rests on, and those rest on, as far as the clinic holds them. */
  async #loadBelow(profile: StoredProfile): Promise<void> {
    const asked = new Set<string>()
    let wanted = [profile.url, ...canonicalsIn(profile)]
    while (wanted.length > 0) {
      for (const url of wanted) asked.add(url)
      const found = await this.#search([hasUrl(this.#parts.definitions, wanted)])
      wanted = found.flatMap(canonicalsIn).filter((url) => !asked.has(url))
    }
  }

  /** When a profile changes or goes, those that rest on it must not fall. */
  async #checkThoseAbove({ url }: StoredProfile): Promise<void> {
    const asked = new Set<string>()
    const above = new Set<StoredProfile>()
    let wanted = await this.#canonicalsOf(url)
    while (wanted.length > 0) {
      for (const canonical of wanted) asked.add(canonical)
      const found = await this.#search([restsOn(this.#parts.definitions, wanted)])
      for (const profile of found) above.add(profile)
      const urls = found.flatMap((one) => [one.url, `${one.url}|${one.version}`])
      wanted = urls.filter((canonical) => !asked.has(canonical))
    }
    if (above.size === 0) return
    for (const profile of above) await this.#loadBelow(profile)
    const profiles = this.#profiles()
    for (const profile of above) this.#checkStands(profile, profiles)
  }

  async #canonicalsOf(url: string): Promise<string[]> {
    const versions = new Set([this.#before?.version, this.#after?.version])
    return [url, ...[...versions].flatMap((version) => (version === undefined ? [] : `${url}|${version}`))]
  }

  #checkStands(profile: StoredProfile, profiles: Profiles): void {
    try {
      profiles.build(profile)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const reason = error.issues[0]?.diagnostics ?? error.message
      throw new Refusal(
        'business-rule',
        `StructureDefinition/${profile.id} rests on this one and would not stand any more: ${reason}`,
        { expression: 'StructureDefinition' },
      )
    }
  }

  async #search(where: Parameters<typeof searchProfiles>[1]): Promise<readonly StoredProfile[]> {
    const found = await searchProfiles(this.#reads, where, mostRelated + 1)
    const own = found.filter(
      (profile) => isInUse(profile) && !this.#isShipped(profile) && !this.#isThis(profile),
    )
    for (const profile of own) this.#others.set(profile.id, profile)
    if (found.length > mostRelated || this.#others.size > mostRelated)
      throw new Refusal('too-costly', `More than ${mostRelated} profiles rest on each other here.`)
    return own
  }

  #isThis({ id }: StoredProfile): boolean {
    return id === (this.#after ?? this.#before)?.id
  }

  #isShipped({ url, version }: StoredProfile): boolean {
    const { shipped, definitions } = this.#parts
    return (
      shipped.source(`${url}|${version}`) !== undefined || typeOfCanonical(definitions, url) !== undefined
    )
  }

  #profiles(): Profiles {
    const { definitions, shipped, faultOfExpression } = this.#parts
    const after = this.#after !== undefined && isInUse(this.#after) ? [this.#after] : []
    return createProfiles({
      definitions,
      sources: sourcesOf([...this.#others.values(), ...after]),
      below: shipped,
      ...(faultOfExpression === undefined ? {} : { faultOfExpression }),
    })
  }
}

function canonicalsIn({ baseDefinition, differential, snapshot }: StructureSource): string[] {
  const elements = (differential ?? snapshot)?.element ?? []
  const named = elements.flatMap(({ type = [] }) =>
    type.flatMap(({ profile = [], targetProfile = [] }) => [...profile, ...targetProfile]),
  )
  const all = baseDefinition === undefined ? named : [baseDefinition, ...named]
  return [...new Set(all.map((canonical) => splitCanonical(canonical)[0]))]
}
