import { checkPermission } from '#access/check-permission.ts'
import type { Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'
import { parseQuery } from '../address/query.ts'
import { viewerOf } from '../authorise.ts'
import type { Criteria } from '../criteria.ts'
import type { TransactionParts } from './bundle-parts.ts'
import { EntryLinks } from './entry-links.ts'
import { hasIdentifier, readIdentifierCriterion } from './identifier-criterion.ts'
import type { Identities } from './identify-steps.ts'
import { type LookUp, lookUp } from './look-up.ts'
import type { Step } from './plan-steps.ts'
import { visitLinks } from './visit-links.ts'

interface ConditionalReference {
  readonly type: string
  readonly criteria: Criteria
  /** Where it was met first. */
  readonly expression: string
}

const conditional = /^([A-Z][A-Za-z]+)\?(.+)$/s

/** The resources of the steps with every link to another entry, and every conditional reference, made `Type/id`. */
export async function resolveReferences(
  parts: TransactionParts,
  tx: Transaction,
  steps: readonly Step[],
  identities: Identities,
  principal: Principal,
): Promise<ReadonlyMap<Step, Resource>> {
  const links = new EntryLinks()
  for (const step of steps) links.add(step.entry, identities.targets.get(step))
  const found = await findReferences(parts, tx, steps, identities, principal)
  const resolved = new Map<Step, Resource>()
  for (const step of steps) {
    const { entry } = step
    const resource = bodyOf(step)
    if (resource === undefined) continue
    const rewritten = visitLinks(resource, parts.definitions, {
      reference(text, at) {
        const target = found.get(text) ?? links.findReference(text, entry.fullUrl)
        if (target === undefined && text.startsWith('urn:')) {
          const expression = `${entry.expression}.resource${at.path()}`
          throw new Refusal(
            'invalid',
            'The reference names no entry of this transaction: give that entry this fullUrl.',
            { expression },
          )
        }
        return target
      },
      uri(text, at) {
        const target = links.findUri(text)
        return target !== undefined && at.isLink() ? target : undefined
      },
    })
    if (rewritten !== resource) resolved.set(step, rewritten)
  }
  return resolved
}

function bodyOf({ entry, request }: Step): Resource | undefined {
  return request.body?.json === entry.resource ? entry.resource : undefined
}

/** https://hl7.org/fhir/R4/http.html#trules: exactly one match, in the database or among the entries themselves. */
async function findReferences(
  parts: TransactionParts,
  tx: Transaction,
  steps: readonly Step[],
  identities: Identities,
  principal: Principal,
): Promise<ReadonlyMap<string, string>> {
  const asked = collect(parts, steps)
  const targets = new Map<string, string>()
  if (asked.size === 0) return targets
  const lookUps = new Map<string, LookUp>()
  for (const [text, { type, criteria, expression }] of asked) {
    try {
      checkPermission(principal, type, 's')
    } catch (failure) {
      if (!(failure instanceof Refusal)) throw failure
      throw new Refusal(failure.kind, failure.message, {
        expression,
        headers: failure.headers,
        cause: failure,
      })
    }
    lookUps.set(text, {
      type,
      criteria,
      viewer: viewerOf(principal, 'search-type'),
      group: 'reference',
      most: 2,
      expression,
    })
  }
  const found = await lookUp(parts, tx, [...lookUps.values()])
  const written = new Set(steps.filter(writesOver).map((step) => identities.targets.get(step)))
  for (const [text, one] of lookUps) {
    const stored = (found.get(one) ?? []).map(({ type, id }) => `${type}/${id}`)
    const candidates = new Set([
      ...stored.filter((key) => !written.has(key)),
      ...matchesAmong(steps, one, identities),
    ])
    const [target] = candidates
    const expression = asked.get(text)?.expression ?? 'Bundle.entry'
    if (target === undefined) {
      throw new Refusal(
        'unprocessable',
        'Nothing matches this conditional reference, neither here nor in the transaction.',
        { expression },
      )
    }
    if (candidates.size > 1) {
      throw new Refusal(
        'multiple-matches',
        'Several resources match this conditional reference: narrow its criteria.',
        { expression },
      )
    }
    targets.set(text, target)
  }
  return targets
}

/** What the transaction deletes or replaces is asked for as it will be, not as it was. */
function writesOver({ request, criteria }: Step): boolean {
  if (request.interaction === 'delete') return true
  return request.interaction === 'update' && criteria === undefined
}

function matchesAmong(
  steps: readonly Step[],
  { type, criteria }: LookUp,
  { targets }: Identities,
): readonly string[] {
  const criterion = readIdentifierCriterion(criteria)
  if (criterion === undefined) return []
  const matching = steps.filter(
    (step) =>
      (step.request.interaction === 'create' || step.request.interaction === 'update') &&
      step.request.type === type &&
      step.entry.resource !== undefined &&
      hasIdentifier(step.entry.resource, criterion),
  )
  return matching.map((step) => targets.get(step)).filter((key) => key !== undefined)
}

function collect(parts: TransactionParts, steps: readonly Step[]): ReadonlyMap<string, ConditionalReference> {
  const asked = new Map<string, ConditionalReference>()
  for (const step of steps) {
    const resource = bodyOf(step)
    if (resource === undefined) continue
    visitLinks(resource, parts.definitions, {
      reference(text, at) {
        if (!text.includes('?') || asked.has(text)) return undefined
        const [, type = '', query = ''] = conditional.exec(text) ?? []
        if (!parts.definitions.isResourceType(type)) return undefined
        const expression = `${step.entry.expression}.resource${at.path()}`
        asked.set(text, { type, criteria: parseQuery(query, 'query'), expression })
        return undefined
      },
      uri: () => undefined,
    })
  }
  return asked
}
