import { type CodeSystem, type ConceptProperty, type DefinedConcept, propertyValue } from './code-system.ts'

/** A concept with its place in the hierarchy: one may stand under several others. */
export interface CodeEntry {
  readonly code: string
  readonly display?: string
  readonly definition?: string
  readonly abstract: boolean
  readonly inactive: boolean
  readonly properties: readonly ConceptProperty[]
  readonly parents: CodeEntry[]
  readonly children: CodeEntry[]
}

const inactiveStatus: ReadonlySet<unknown> = new Set(['inactive', 'retired', 'deprecated'])

/** A code system made ready for questions. */
export class CodeTable {
  readonly url: string | undefined
  readonly version: string | undefined
  readonly name: string
  /** All its codes are here, so that what is not here is wrong. */
  readonly complete: boolean
  readonly caseSensitive: boolean
  readonly #entries = new Map<string, CodeEntry>()

  constructor(codeSystem: CodeSystem) {
    const { url, version, name, title, content = 'complete', caseSensitive } = codeSystem
    this.url = url
    this.version = version
    this.name = title ?? name ?? url ?? ''
    this.complete = content === 'complete'
    this.caseSensitive = caseSensitive !== false
    const pending: { concept: DefinedConcept; parent?: CodeEntry }[] = (codeSystem.concept ?? []).map(
      (concept) => ({
        concept,
      }),
    )
    // In the order written: each concept is followed by those under it.
    pending.reverse()
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { concept, parent } = next
      const entry = this.#add(concept)
      if (parent !== undefined) link(parent, entry)
      for (const below of (concept.concept ?? []).toReversed())
        pending.push({ concept: below, parent: entry })
    }
    for (const entry of this.#entries.values()) this.#linkByProperties(entry)
  }

  get size(): number {
    return this.#entries.size
  }

  has(code: string): boolean {
    return this.#entries.has(this.#key(code))
  }

  entry(code: string): CodeEntry | undefined {
    return this.#entries.get(this.#key(code))
  }

  entries(): Iterable<CodeEntry> {
    return this.#entries.values()
  }

  /** All that stand under the concept, not itself; a hierarchy that bites its tail ends too. */
  below(entry: CodeEntry): ReadonlySet<CodeEntry> {
    return reach(entry, 'children')
  }

  above(entry: CodeEntry): ReadonlySet<CodeEntry> {
    return reach(entry, 'parents')
  }

  #key(code: string): string {
    return this.caseSensitive ? code : code.toLowerCase()
  }

  #add({ code, display, definition, property = [] }: DefinedConcept): CodeEntry {
    const known = this.entry(code)
    if (known !== undefined) return known
    const says = (name: string): unknown => {
      const found = property.find((one) => one.code === name)
      return found && propertyValue(found)
    }
    const entry: CodeEntry = {
      code,
      ...(display !== undefined && { display }),
      ...(definition !== undefined && { definition }),
      abstract: says('notSelectable') === true || says('abstract') === true,
      inactive: says('inactive') === true || inactiveStatus.has(says('status')),
      properties: property,
      parents: [],
      children: [],
    }
    this.#entries.set(this.#key(code), entry)
    return entry
  }

  /** https://hl7.org/fhir/R4/codesystem.html#hierarchy: what nesting cannot say, properties do. */
  #linkByProperties(entry: CodeEntry): void {
    for (const property of entry.properties) {
      const other = this.entry(String(propertyValue(property)))
      if (other === undefined) continue
      if (property.code === 'child') link(entry, other)
      if (property.code === 'parent' || property.code === 'subsumedBy') link(other, entry)
    }
  }
}

function link(parent: CodeEntry, child: CodeEntry): void {
  if (parent === child || child.parents.includes(parent)) return
  parent.children.push(child)
  child.parents.push(parent)
}

function reach(from: CodeEntry, direction: 'children' | 'parents'): ReadonlySet<CodeEntry> {
  const found = new Set<CodeEntry>()
  const pending = [...from[direction]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next === from || found.has(next)) continue
    found.add(next)
    pending.push(...next[direction])
  }
  return found
}
