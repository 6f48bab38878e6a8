import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { CodeSystem } from '#fhir/terminology/code-system.ts'
import { CodeTable } from '#fhir/terminology/code-table.ts'
import { extendTerminology } from '#fhir/terminology/extend-terminology.ts'
import {
  gatherTerminology,
  type TerminologyQuestion,
  type TerminologyShelf,
} from '#fhir/terminology/gather-terminology.ts'
import type { Terminology } from '#fhir/terminology/terminology.ts'
import { splitCanonical, type ValueSet } from '#fhir/terminology/value-set.ts'
import { tableOf } from '../columns.ts'
import type { Run } from '../run.ts'
import { layoutOf } from './layout.ts'

/** Longer texts are stored and given back, but not taken apart here: about 100,000 codes. */
const mostDefinitionText = 16 * 1024 * 1024
/** Of all that one clinic's other resources are checked against: the newest of it, beyond that a binding only warns. */
const mostOwnText = 16 * 1024 * 1024
/** Of what was taken apart before, in characters of text. */
const mostKept = 32 * 1024 * 1024

interface Candidate {
  readonly id: string
  readonly version: number
  readonly updated: Date
  readonly url: string
  /** Terms of the business version, lower-case. */
  readonly versions: readonly string[] | null
  readonly size: number
}

/** ValueSets and CodeSystems that clinics stored as resources, beside those shipped with the server. */
export class StoredTerminology {
  readonly #definitions: Definitions
  readonly #shipped: Terminology
  /** By what never changes: a version of a resource. Oldest use first. */
  readonly #kept = new Map<string, { readonly content: unknown; readonly size: number }>()
  #keptSize = 0

  constructor(definitions: Definitions, shipped: Terminology) {
    this.#definitions = definitions
    this.#shipped = shipped
  }

  /** All that is needed to answer for these, at this moment, for one clinic. */
  gather(run: Run, tenant: string, question: TerminologyQuestion): Promise<Terminology> {
    const shelf: TerminologyShelf = {
      valueSets: (canonicals) =>
        this.#load(run, tenant, 'ValueSet', canonicals, (text) => JSON.parse(text) as ValueSet),
      codeTables: (canonicals) =>
        this.#load(
          run,
          tenant,
          'CodeSystem',
          canonicals,
          (text) => new CodeTable(JSON.parse(text) as CodeSystem),
        ),
    }
    return gatherTerminology(question, this.#shipped, shelf)
  }

  /** All that the clinic has, beside what is shipped; the shipped itself when it has nothing. */
  async own(run: Run, tenant: string): Promise<Terminology> {
    const valueSets = await this.#all<ValueSet>(run, tenant, 'ValueSet')
    const codeSystems = await this.#all<CodeSystem>(run, tenant, 'CodeSystem')
    if (valueSets.length === 0 && codeSystems.length === 0) return this.#shipped
    return extendTerminology(this.#shipped, valueSets, codeSystems)
  }

  async #all<Content>(run: Run, tenant: string, type: string): Promise<readonly Content[]> {
    const rows = await run<{ text: string }>({
      text: `SELECT t.text FROM (SELECT r.text, sum(octet_length(r.text)) OVER (ORDER BY r.updated DESC, r.id) AS length
        FROM ${tableOf(type)} r WHERE r.tenant = $1 LIMIT 5000) t WHERE t.length <= ${mostOwnText}`,
      values: [tenant],
    })
    return rows.map(({ text }) => JSON.parse(text) as Content)
  }

  async #load<Content>(
    run: Run,
    tenant: string,
    type: string,
    canonicals: readonly string[],
    build: (text: string) => Content,
  ): Promise<ReadonlyMap<string, Content>> {
    const candidates = await this.#candidates(run, tenant, type, canonicals)
    const loaded = new Map<string, Content>()
    for (const canonical of canonicals) {
      const [url, version] = splitCanonical(canonical)
      const found = candidates.find(
        (one) =>
          one.url === url &&
          (version === undefined || one.versions?.includes(version.toLowerCase()) === true),
      )
      if (found === undefined) continue
      const content = await this.#content(run, tenant, type, found, build)
      if (content !== undefined) loaded.set(canonical, content)
    }
    return loaded
  }

  /** Newest first: a canonical without a version means the latest. */
  async #candidates(
    run: Run,
    tenant: string,
    type: string,
    canonicals: readonly string[],
  ): Promise<readonly Candidate[]> {
    const url = this.#columnOf(type, 'url')
    const version = this.#columnOf(type, 'version')
    return run<Candidate>({
      text: `SELECT r.id, r.version, r.updated, r.${url} AS url, r.${version} AS versions, octet_length(r.text) AS size
        FROM ${tableOf(type)} r WHERE r.tenant = $1 AND r.${url} = ANY($2) ORDER BY r.updated DESC, r.id LIMIT 2000`,
      values: [tenant, [...new Set(canonicals.map((one) => splitCanonical(one)[0]))]],
    })
  }

  async #content<Content>(
    run: Run,
    tenant: string,
    type: string,
    { id, version, updated, size }: Candidate,
    build: (text: string) => Content,
  ): Promise<Content | undefined> {
    // The time as well: a version that was rolled back may be made again with something else in it.
    const key = `${tenant} ${type}/${id} ${version} ${updated.getTime()}`
    const kept = this.#kept.get(key)
    if (kept !== undefined) {
      this.#kept.delete(key)
      this.#kept.set(key, kept)
      return kept.content as Content
    }
    if (size > mostDefinitionText)
      throw new Refusal(
        'too-costly',
        `${type}/${id} is too long to be taken apart here: ask a terminology server.`,
      )
    const [row] = await run<{ text: string }>({
      text: `SELECT r.text FROM ${tableOf(type)} r WHERE r.tenant = $1 AND r.id = $2 AND r.version = $3`,
      values: [tenant, id, version],
    })
    if (row === undefined) return undefined
    const content = build(row.text)
    this.#keep(key, content, size)
    return content
  }

  #keep(key: string, content: unknown, size: number): void {
    if (this.#kept.has(key)) return
    this.#kept.set(key, { content, size })
    this.#keptSize += size
    for (const [oldest, { size: freed }] of this.#kept) {
      if (this.#keptSize <= mostKept) return
      this.#kept.delete(oldest)
      this.#keptSize -= freed
    }
  }

  #columnOf(type: string, code: string): string {
    const parameter = this.#definitions.searchParameter(type, code)
    const layout = parameter === undefined ? undefined : layoutOf(parameter)
    if (layout === undefined || !('column' in layout)) throw new Error(`${type} has no column for ${code}`)
    return layout.column
  }
}
