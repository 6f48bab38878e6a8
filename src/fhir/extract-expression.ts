/**
 * The FHIRPath that search parameters are written in: https://hl7.org/fhirpath/N1/. Paths, functions, indexers,
 * unions, types, comparisons and logic; whatever else appears is an error here, never an empty result later.
 */
export type Expression =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: string }
  | {
      readonly kind: 'call'
      readonly of?: Expression
      readonly name: string
      readonly arguments: readonly Expression[]
    }
  | { readonly kind: 'index'; readonly of: Expression; readonly index: number }
  | {
      readonly kind: 'operator'
      readonly operator: Operator
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'this' }

export type Operator = (typeof precedence)[number][number]

/** Loosest first. */
const precedence = [['or'], ['and'], ['=', '!='], ['<', '<=', '>', '>='], ['|'], ['is', 'as']] as const

export class ExpressionError extends Error {
  constructor(text: string, problem: string) {
    super(`${problem} in the search parameter expression "${text}"`)
    this.name = 'ExpressionError'
  }
}

const token =
  /\s*(?:([A-Za-z_]\w*)|`([^`]+)`|'((?:[^'\\]|\\.)*)'|(\d+(?:\.\d+)?)|([%$]\w+)|(!=|<=|>=|[.()[\]|=<>,]))/y

interface Token {
  readonly kind: 'name' | 'string' | 'number' | 'variable' | 'sign' | 'end'
  readonly text: string
}

export function parseExpression(text: string): Expression {
  return new Parser(text).parse()
}

/** The branches of the outermost union, each as its own text: `(A.b as X) | C.d` → `(A.b as X)`, `C.d`. */
export function splitUnion(text: string): readonly string[] {
  const branches: string[] = []
  let depth = 0
  let start = 0
  for (const { index, 0: found } of text.matchAll(/'(?:[^'\\]|\\.)*'|[()|]/g)) {
    if (found === '(') depth++
    else if (found === ')') depth--
    else if (found === '|' && depth === 0) {
      branches.push(text.slice(start, index).trim())
      start = index + 1
    }
  }
  return [...branches, text.slice(start).trim()]
}

class Parser {
  readonly text: string
  readonly tokens: readonly Token[]
  position = 0

  constructor(text: string) {
    this.text = text
    this.tokens = tokenize(text)
  }

  parse(): Expression {
    const expression = this.operators(0)
    if (this.next.kind !== 'end') this.fail(`Unexpected "${this.next.text}"`)
    return expression
  }

  operators(level: number): Expression {
    const operators: readonly string[] | undefined = precedence[level]
    if (operators === undefined) return this.path()
    let left = this.operators(level + 1)
    while (this.next.kind !== 'string' && operators.includes(this.next.text)) {
      const operator = this.take().text as Operator
      const right = operator === 'is' || operator === 'as' ? this.path() : this.operators(level + 1)
      left = { kind: 'operator', operator, left, right }
    }
    return left
  }

  path(): Expression {
    let expression = this.start()
    for (;;) {
      if (this.skip('.')) {
        const name = this.name()
        expression = this.skip('(')
          ? { kind: 'call', of: expression, name, arguments: this.arguments() }
          : { kind: 'member', of: expression, name }
      } else if (this.skip('[')) {
        expression = { kind: 'index', of: expression, index: Number(this.take('number').text) }
        this.expect(']')
      } else {
        return expression
      }
    }
  }

  start(): Expression {
    if (this.skip('(')) {
      const inner = this.operators(0)
      this.expect(')')
      return inner
    }
    const { kind, text } = this.take()
    if (kind === 'string') return { kind: 'literal', value: text }
    if (kind === 'number') return { kind: 'literal', value: Number(text) }
    if (kind === 'variable') return text === '$this' ? { kind: 'this' } : { kind: 'variable', name: text }
    if (kind !== 'name') return this.fail(`Unexpected "${text}"`)
    if (text === 'true' || text === 'false') return { kind: 'literal', value: text === 'true' }
    if (this.skip('(')) return { kind: 'call', name: text, arguments: this.arguments() }
    return { kind: 'name', name: text }
  }

  arguments(): readonly Expression[] {
    if (this.skip(')')) return []
    const list = [this.operators(0)]
    while (this.skip(',')) list.push(this.operators(0))
    this.expect(')')
    return list
  }

  name(): string {
    return this.take('name').text
  }

  get next(): Token {
    return this.tokens[this.position] ?? { kind: 'end', text: 'the end' }
  }

  take(kind?: Token['kind']): Token {
    const found = this.next
    if (kind !== undefined && found.kind !== kind) this.fail(`Expected a ${kind} and found "${found.text}"`)
    this.position++
    return found
  }

  skip(sign: string): boolean {
    if (this.next.kind !== 'sign' || this.next.text !== sign) return false
    this.position++
    return true
  }

  expect(sign: string): void {
    if (!this.skip(sign)) this.fail(`Expected "${sign}" and found "${this.next.text}"`)
  }

  fail(problem: string): never {
    throw new ExpressionError(this.text, problem)
  }
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  const trimmed = text.trimEnd()
  token.lastIndex = 0
  while (token.lastIndex < trimmed.length) {
    const at = token.lastIndex
    const match = token.exec(trimmed)
    if (match === null)
      throw new ExpressionError(text, `Unknown sign "${trimmed.slice(at).trim().charAt(0)}"`)
    const [, name, quoted, string, number, variable, sign] = match
    if (string !== undefined) tokens.push({ kind: 'string', text: string.replace(/\\(.)/g, '$1') })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (variable !== undefined) tokens.push({ kind: 'variable', text: variable })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
    else tokens.push({ kind: 'name', text: name ?? quoted ?? '' })
  }
  return tokens
}
