import type { SearchParameter } from '../definitions.ts'
import { normalizeText } from '../normalize-text.ts'
import { Refusal } from '../refusal.ts'
import type { Modifier, SearchValue } from '../search-query.ts'
import type { ParseContext } from './parse-context.ts'
import { parseDate, parseNumber, parseQuantity } from './parse-measure.ts'
import { parseNear } from './parse-near.ts'
import { parseReference } from './parse-reference.ts'
import { splitUnescaped, unescapeValue } from './split.ts'

/** One value of an OR list, by the kind of its parameter: https://hl7.org/fhir/R4/search.html#ptypes */
export function parseValue(
  context: ParseContext,
  parameter: SearchParameter,
  modifier: Modifier | undefined,
  targets: readonly string[],
  text: string,
  expression: string,
): SearchValue {
  switch (parameter.kind) {
    case 'token':
      return parseTokenValue(context, modifier, text, expression)
    case 'reference':
      if (modifier === 'identifier') return parseToken(text, expression)
      return parseReference(context, targets, text, expression)
    case 'string':
      return parseText(modifier, text, expression)
    case 'uri':
      return { kind: 'uri', uri: unescapeValue(text) }
    case 'date':
      return parseDate(context, text, expression)
    case 'number':
      return parseNumber(text, expression)
    case 'quantity':
      return parseQuantity(text, expression)
    case 'composite':
      return parseComposite(context, parameter, text, expression)
    case 'special':
      if (parameter.code === 'near') return parseNear(text, expression)
      throw new Refusal('not-supported', `This server does not search by "${parameter.code}".`, {
        expression,
      })
  }
}

/** What consists of blanks and marks alone begins every text. */
function parseText(modifier: Modifier | undefined, text: string, expression: string): SearchValue {
  const written = unescapeValue(text)
  if (modifier === 'exact' || normalizeText(written) !== '') return { kind: 'string', text: written }
  throw new Refusal('value', `"${expression}" takes letters to look for.`, { expression })
}

function parseTokenValue(
  { base }: ParseContext,
  modifier: Modifier | undefined,
  text: string,
  expression: string,
): SearchValue {
  if (modifier === 'text') return parseText(modifier, text, expression)
  if (modifier === 'in' || modifier === 'not-in') {
    const uri = unescapeValue(text)
    return {
      kind: 'uri',
      uri: base !== undefined && uri.startsWith(`${base}/`) ? uri.slice(base.length + 1) : uri,
    }
  }
  return modifier === 'of-type' ? parseOfType(text, expression) : parseToken(text, expression)
}

/** `code`, `system|code`, `|code`, `system|`. */
function parseToken(text: string, expression: string): SearchValue & { kind: 'token' } {
  const parts = splitUnescaped(text, '|').map(unescapeValue)
  const [first = '', second] = parts
  if (second === undefined) return { kind: 'token', code: first }
  if (parts.length > 2 || (first === '' && second === '')) {
    throw new Refusal(
      'value',
      'A token is code, system|code, |code or system|; write \\| for a bar within.',
      {
        expression,
      },
    )
  }
  if (second === '') return { kind: 'token', system: first }
  return { kind: 'token', system: first === '' ? null : first, code: second }
}

function parseOfType(text: string, expression: string): SearchValue {
  const [system, code, value, ...rest] = splitUnescaped(text, '|').map(unescapeValue)
  if (!code || !value || rest.length > 0) {
    throw new Refusal(
      'value',
      ':of-type takes system|code|value: the type of identifier, then the identifier.',
      {
        expression,
      },
    )
  }
  return { kind: 'of-type', ...(system ? { system } : {}), code, value }
}

/** https://hl7.org/fhir/R4/search.html#combining: one value a component, `$` between them. */
function parseComposite(
  context: ParseContext,
  parameter: SearchParameter,
  text: string,
  expression: string,
): SearchValue {
  const components = parameter.components ?? []
  const parts = splitUnescaped(text, '$')
  if (parts.length !== components.length || parts.includes('')) {
    const shape = components.map((component) => component.parameter.code).join('$')
    throw new Refusal('value', `"${parameter.code}" takes ${components.length} values: ${shape}.`, {
      expression,
    })
  }
  return {
    kind: 'composite',
    components: components.map((component, place) =>
      parseValue(
        context,
        component.parameter,
        undefined,
        component.parameter.targets,
        parts[place] as string,
        expression,
      ),
    ),
  }
}
