import { type Issue, Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Viewer } from '#fhir/search-query.ts'
import { localReferences, localTargets } from './local-references.ts'
import type { RowChange } from './store.ts'

/** What must be there when a transaction commits. */
export interface Targets {
  readonly types: readonly string[]
  readonly ids: readonly string[]
  /** AuditEvents lie in a table of their own. */
  readonly eventIds: readonly string[]
}

/**
 * Collects what a transaction's resources refer to. Asked once, at its end: an entry may refer to what a later one
 * creates, and what is deleted after all is not there.
 */
export class ReferenceCheck {
  readonly #bases: readonly string[]
  readonly #changes: RowChange[] = []
  readonly #targets = new Set<string>()
  /** By who must see them. */
  readonly #limited = new Map<Viewer, Set<string>>()

  constructor(bases: readonly string[]) {
    this.#bases = bases
  }

  add(change: RowChange): void {
    this.#changes.push(change)
    const { content, writer } = change
    if (content === undefined || writer === 'server') return
    localTargets(content.resource, this.#bases, this.#targets)
    if (writer !== undefined) this.#limit(content.resource, writer)
  }

  /** What was referred to before stays, whoever writes the rest. */
  #limit(resource: Resource, { sees, before }: Exclude<NonNullable<RowChange['writer']>, 'server'>): void {
    const targets = new Set<string>()
    localTargets(resource, this.#bases, targets)
    const known = new Set<string>()
    if (before !== undefined) localTargets(before, this.#bases, known)
    const limited = [...targets].filter(
      (target) => !known.has(target) && sees.visible(typeOf(target)) !== 'all',
    )
    if (limited.length === 0) return
    this.#limited.set(sees, new Set([...(this.#limited.get(sees) ?? []), ...limited]))
  }

  /** What must be seen, by whom, beside what the transaction itself writes. */
  *limits(): Iterable<readonly [Viewer, readonly { type: string; id: string }[]]> {
    const own = new Set(this.#changes.map(({ type, id }) => `${type}/${id}`))
    for (const [viewer, targets] of this.#limited) {
      const keys = [...targets]
        .filter((target) => !own.has(target))
        .map((target) => ({ type: typeOf(target), id: target.slice(target.indexOf('/') + 1) }))
      if (keys.length > 0) yield [viewer, keys]
    }
  }

  /** Without what the transaction itself writes; undefined when nothing is left to ask. */
  remaining(): Targets | undefined {
    if (this.#targets.size === 0) return undefined
    const present = new Map(
      this.#changes.map(({ type, id, content }) => [`${type}/${id}`, content !== undefined]),
    )
    const types: string[] = []
    const ids: string[] = []
    const eventIds: string[] = []
    const gone: string[] = []
    for (const target of this.#targets) {
      const own = present.get(target)
      if (own === false) gone.push(target)
      if (own !== undefined) continue
      const slash = target.indexOf('/')
      const type = target.slice(0, slash)
      if (type === 'AuditEvent') eventIds.push(target.slice(slash + 1))
      else {
        types.push(type)
        ids.push(target.slice(slash + 1))
      }
    }
    if (gone.length > 0) throw this.refuse(gone)
    return types.length + eventIds.length === 0 ? undefined : { types, ids, eventIds }
  }

  /** Names every reference to nothing and where it stands. */
  refuse(targets: readonly string[], cause?: unknown): Refusal {
    const issues: Issue[] = this.#changes.flatMap(({ content }) =>
      content === undefined
        ? []
        : localReferences(content.resource, this.#bases)
            .filter(({ target }) => targets.includes(target))
            .map(({ target, expression }) => ({
              severity: 'error',
              code: 'not-found',
              diagnostics: sentence(target),
              expression: [expression],
            })),
    )
    return new Refusal('unprocessable', sentence(targets.join(', ')), { issues, cause })
  }
}

function typeOf(target: string): string {
  return target.slice(0, target.indexOf('/'))
}

function sentence(target: string): string {
  return `There is no ${target}: refer to a resource that exists, or create it first.`
}
