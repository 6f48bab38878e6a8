import type {
  CompositeValue,
  IndexValue,
  QuantityValue,
  ReferenceValue,
  TokenValue,
  UriValue,
} from '#fhir/index-values.ts'
import { normalizeText } from '#fhir/normalize-text.ts'
import type { Modifier, SearchValue } from '#fhir/search-query.ts'

/**
 * Terms are the texts that array columns hold. Written rows and searches meet here and nowhere else: a search finds
 * a value when both make the same term of it.
 */

const special = /[\\|~^#]/
const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '|': '\\p',
  '~': '\\t',
  '^': '\\h',
  '#': '\\n',
}

/** The characters that give a term its kind never stand in a client's part of it. */
function escapePart(part: string): string {
  return special.test(part) ? part.replace(/[\\|~^#]/g, (sign) => escapes[sign] as string) : part
}

/** R4: a code system that does not say is to be searched case-insensitively. */
export function codeTerm(code: string): string {
  return escapePart(code.toLowerCase())
}

/** `system` null: explicitly without one. */
function systemCodeTerm(system: string | null, code: string): string {
  return `${system === null ? '' : escapePart(system)}|${codeTerm(code)}`
}

function systemTerm(system: string): string {
  return `${escapePart(system)}|`
}

export function labelTerm(text: string): string {
  return `~${normalizeText(text)}`
}

function ofTypeTerm(system: string | undefined, code: string, value: string): string {
  return `^${escapePart(system ?? '')}|${codeTerm(code)}|${codeTerm(value)}`
}

function tokenTerms(token: TokenValue, terms: string[] = []): string[] {
  const { system, code } = token
  if (code !== undefined) terms.push(codeTerm(code), systemCodeTerm(system ?? null, code))
  if (system !== undefined) terms.push(systemTerm(system))
  if (token.text !== undefined) terms.push(labelTerm(token.text))
  if (token.ofType !== undefined && code !== undefined)
    for (const type of token.ofType) {
      terms.push(ofTypeTerm(type.system, type.code, code))
      if (type.system !== undefined) terms.push(ofTypeTerm(undefined, type.code, code))
    }
  return terms
}

/** A logical reference's identifier, told from literal references by its first character. */
export function identifierTerm(term: string): string {
  return `#${term}`
}

/** What a reference says besides its plain form: its version, and the identifier it names. */
export function referenceExtras(value: ReferenceValue, terms: string[] = []): string[] {
  if (value.versioned !== undefined) terms.push(value.versioned)
  if (value.reference !== undefined && canonicalVersion.test(value.reference)) terms.push(value.reference)
  const { identifier } = value
  if (identifier !== undefined)
    for (const term of tokenTerms({
      kind: 'token',
      ...(identifier.system === undefined ? {} : { system: identifier.system }),
      ...(identifier.value === undefined ? {} : { code: identifier.value }),
    }))
      terms.push(identifierTerm(term))
  return terms
}

const canonicalVersion = /^[a-z][a-z0-9+.-]*:[^|]*\|/i

/** `http://x/Questionnaire/q|2.0` is found as `http://x/Questionnaire/q` too. */
export function withoutVersion(canonical: string): string {
  return canonicalVersion.test(canonical) ? canonical.slice(0, canonical.indexOf('|')) : canonical
}

function referenceTerms(value: ReferenceValue, terms: string[] = []): string[] {
  if (value.reference !== undefined) terms.push(withoutVersion(value.reference))
  return referenceExtras(value, terms)
}

function uriTerms(value: UriValue, terms: string[] = []): string[] {
  const plain = withoutVersion(value.uri)
  terms.push(value.uri)
  if (plain !== value.uri) terms.push(plain)
  return terms
}

/** Units are case-sensitive: mg is not Mg. `5||mg` asks for code or unit, so both stand without a system. */
export function unitTerms(value: QuantityValue, terms: string[] = []): string[] {
  const { system, code, unit } = value
  if (code !== undefined) {
    terms.push(unitTerm(undefined, code))
    if (system !== undefined) terms.push(unitTerm(system, code))
  }
  if (unit !== undefined && unit !== code) terms.push(unitTerm(undefined, unit))
  return terms
}

function unitTerm(system: string | undefined, code: string): string {
  return system === undefined ? escapePart(code) : `${escapePart(system)}|${escapePart(code)}`
}

/** The terms of any value that has some: what narrows a composite's candidates by index. */
export function termsOf(value: IndexValue, terms: string[] = []): string[] {
  if (value.kind === 'token') return tokenTerms(value, terms)
  if (value.kind === 'reference') return referenceTerms(value, terms)
  if (value.kind === 'uri') return uriTerms(value, terms)
  return terms
}

export function firstTerms(value: CompositeValue, terms: string[] = []): string[] {
  for (const first of value.components[0] ?? []) termsOf(first, terms)
  return terms
}

/** The terms by which a search finds tokens and references, as the rows hold them. */
export function searchTerms(values: readonly SearchValue[]): string[] {
  return values.map((value) => {
    if (value.kind === 'of-type') return ofTypeTerm(value.system, value.code, value.value)
    if (value.kind !== 'token') return ''
    if (value.code === undefined) return systemTerm(value.system ?? '')
    return value.system === undefined ? codeTerm(value.code) : systemCodeTerm(value.system, value.code)
  })
}

/** Of codes that never have a system: `|code` finds them as `code` does, and a system none. */
export function bareTerms(values: readonly SearchValue[]): string[] {
  return values.flatMap((value) =>
    value.kind === 'token' && value.code !== undefined && !value.system ? [codeTerm(value.code)] : [],
  )
}

/** The terms by which a search finds references in arrays. */
export function referenceSearchTerms(
  modifier: Modifier | undefined,
  values: readonly SearchValue[],
): readonly string[] {
  const references = values.flatMap((value) => (value.kind === 'reference' ? value.references : []))
  return modifier === 'identifier' ? [...references, ...searchTerms(values).map(identifierTerm)] : references
}

/** For columns of bare codes, all of one system that goes without saying. `whole`: any code of it will do. */
export function codesOf(
  values: readonly SearchValue[],
  impliedSystem: string | undefined,
): { readonly codes: readonly string[]; readonly whole: boolean } {
  const codes: string[] = []
  let whole = false
  for (const value of values) {
    if (value.kind !== 'token') continue
    const { system, code } = value
    if (system !== undefined && (system ?? undefined) !== impliedSystem) continue
    if (code === undefined) whole = true
    else codes.push(code.toLowerCase())
  }
  return { codes, whole }
}

export function quantityTerm({ system, code }: SearchValue & { kind: 'quantity' }): string | undefined {
  return code === undefined ? undefined : unitTerm(system ?? undefined, code)
}
