import { Refusal } from '../refusal.ts'
import { limits, tooCostly } from './limits.ts'

/** https://hl7.org/fhir/R4/search_filter.html, as a tree; what its names and values mean is decided elsewhere. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  | {
      readonly kind: 'compare'
      readonly path: readonly FilterStep[]
      readonly operator: string
      readonly value: string
      /** Written in quotes: text, whatever it looks like. */
      readonly quoted: boolean
    }

export interface FilterStep {
  readonly name: string
  /** `address[use eq home].city`: holds for the resource that the step leads to. */
  readonly filter?: Filter
}

/** Sticky, one alternative a kind of lexeme; none of them can backtrack into another. */
const lexeme = /\s*(?:([()[\].])|"((?:[^"\\]|\\.)*)"|([^\s()[\]"]+))/gsy
const pathPart = /^[A-Za-z_][A-Za-z0-9_:-]*$/

interface Token {
  readonly text: string
  readonly kind: 'sign' | 'string' | 'word'
}

export function parseFilterText(text: string, expression: string): Filter {
  if (text.length > limits.filterLength) {
    throw tooCostly(
      `_filter may have ${limits.filterLength} characters: ask in several searches.`,
      expression,
    )
  }
  return new FilterReader(readTokens(text, expression), expression).readAll()
}

function readTokens(text: string, expression: string): Token[] {
  const tokens: Token[] = []
  const { length } = text.trimEnd()
  lexeme.lastIndex = 0
  while (lexeme.lastIndex < length) {
    const match = lexeme.exec(text)
    if (match === null) throw malformed('a quotation mark is not closed', expression)
    const [, sign, quoted, word] = match
    if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
    else if (quoted !== undefined) tokens.push({ kind: 'string', text: quoted.replace(/\\(.)/gs, '$1') })
    else tokens.push({ kind: 'word', text: word as string })
  }
  return tokens
}

function malformed(what: string, expression: string): Refusal {
  return new Refusal(
    'value',
    `_filter cannot be read: ${what}. It looks like (birthdate ge 1990-01-01 and name co "ann") or active eq true.`,
    { expression },
  )
}

class FilterReader {
  readonly #tokens: readonly Token[]
  readonly #expression: string
  #place = 0
  #depth = 0

  constructor(tokens: readonly Token[], expression: string) {
    this.#tokens = tokens
    this.#expression = expression
  }

  readAll(): Filter {
    const filter = this.#readOr()
    if (this.#place < this.#tokens.length) throw this.#malformed('something follows the end')
    return filter
  }

  #readOr(): Filter {
    this.#depth += 1
    if (this.#depth > limits.filterDepth) {
      throw tooCostly(`_filter may be nested ${limits.filterDepth} deep.`, this.#expression)
    }
    const filters = [this.#readAnd()]
    while (this.#takeWord('or')) filters.push(this.#readAnd())
    this.#depth -= 1
    return filters.length === 1 ? (filters[0] as Filter) : { kind: 'or', filters }
  }

  #readAnd(): Filter {
    const filters = [this.#readOne()]
    while (this.#takeWord('and')) filters.push(this.#readOne())
    return filters.length === 1 ? (filters[0] as Filter) : { kind: 'and', filters }
  }

  #readOne(): Filter {
    if (this.#takeSign('(')) return this.#readGroup()
    if (this.#tokens[this.#place + 1]?.text === '(' && this.#takeWord('not')) {
      this.#place += 1
      return { kind: 'not', filter: this.#readGroup() }
    }
    const path = this.#readPath()
    const operator = this.#take('word', 'an operator is missing').text
    const value = this.#tokens[this.#place]
    if (value === undefined || value.kind === 'sign') throw this.#malformed('a value is missing')
    this.#place += 1
    return { kind: 'compare', path, operator, value: value.text, quoted: value.kind === 'string' }
  }

  #readGroup(): Filter {
    const filter = this.#readOr()
    if (!this.#takeSign(')')) throw this.#malformed('a parenthesis is not closed')
    return filter
  }

  #readPath(): FilterStep[] {
    const steps: FilterStep[] = []
    do {
      const names = this.#take('word', 'a search parameter is missing').text.split('.')
      for (const name of names)
        if (!pathPart.test(name)) throw this.#malformed('a search parameter is missing')
      steps.push(...names.map((name) => ({ name })))
      if (this.#takeSign('[')) {
        const filter = this.#readOr()
        if (!this.#takeSign(']')) throw this.#malformed('a bracket is not closed')
        steps[steps.length - 1] = { name: names.at(-1) as string, filter }
      }
    } while (this.#takeSign('.'))
    return steps
  }

  #take(kind: Token['kind'], otherwise: string): Token {
    const token = this.#tokens[this.#place]
    if (token?.kind !== kind) throw this.#malformed(otherwise)
    this.#place += 1
    return token
  }

  #takeWord(text: string): boolean {
    return this.#takeToken('word', text)
  }

  #takeSign(text: string): boolean {
    return this.#takeToken('sign', text)
  }

  #takeToken(kind: Token['kind'], text: string): boolean {
    const token = this.#tokens[this.#place]
    if (token?.kind !== kind || token.text !== text) return false
    this.#place += 1
    return true
  }

  #malformed(what: string): Refusal {
    return malformed(what, this.#expression)
  }
}
