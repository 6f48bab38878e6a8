import { Refusal } from '../refusal.ts'
import type { SearchValue } from '../search-query.ts'
import type { ParseContext } from './parse-context.ts'
import { unescapeValue } from './split.ts'

export const idText = /^[A-Za-z0-9\-.]{1,64}$/
const literal = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(\/_history\/[A-Za-z0-9\-.]{1,64})?$/
const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/

/** https://hl7.org/fhir/R4/search.html#reference: an id, Type/id, a version of it, or an absolute URL. */
export function parseReference(
  context: ParseContext,
  targets: readonly string[],
  text: string,
  expression: string,
): SearchValue {
  const written = unescapeValue(text)
  const { base, definitions } = context
  const local =
    base !== undefined && written.startsWith(`${base}/`) ? written.slice(base.length + 1) : written
  if (idText.test(local)) return { kind: 'reference', references: targets.map((type) => `${type}/${local}`) }
  const type = literal.exec(local)?.[1]
  if (type !== undefined && definitions.isResourceType(type))
    return { kind: 'reference', references: [local] }
  if (absolute.test(local)) return { kind: 'reference', references: [local] }
  throw new Refusal('value', `"${expression}" takes a reference: an id, Type/id or an absolute URL.`, {
    expression,
  })
}
