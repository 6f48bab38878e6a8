/** https://hl7.org/fhirpath/N1/ as a tree. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean; readonly type: LiteralType }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'member'; readonly of?: Expression; readonly name: string }
  | {
      readonly kind: 'call'
      readonly of?: Expression
      readonly name: string
      readonly arguments: readonly Expression[]
    }
  | { readonly kind: 'index'; readonly of: Expression; readonly at: Expression }
  | {
      readonly kind: 'operator'
      readonly operator: Operator
      readonly left: Expression
      readonly right: Expression
    }

export type LiteralType = 'string' | 'number' | 'boolean' | 'dateTime' | 'time'
export type Operator = (typeof precedence)[number][number]

/** Loosest first: https://hl7.org/fhirpath/N1/#operator-precedence. */
const precedence = [
  ['implies'],
  ['or', 'xor'],
  ['and'],
  ['in', 'contains'],
  ['=', '~', '!=', '!~'],
  ['<=', '<', '>=', '>'],
  ['|'],
  ['is', 'as'],
  ['+', '-', '&'],
  ['*', '/', 'div', 'mod'],
] as const

/** Longer or deeper than any published rule, and short enough to read at once. */
export const longestExpression = 8_000
const deepest = 60

/** The expression is not FHIRPath, or not what the closures can do. */
export class ExpressionError extends Error {
  constructor(problem: string) {
    super(problem)
    this.name = 'ExpressionError'
  }
}

export function parseExpression(text: string): Expression {
  if (text.length > longestExpression)
    throw new ExpressionError(`is longer than ${longestExpression} characters`)
  return new Parser(text).parse()
}

const token =
  /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*(?:([A-Za-z_]\w*)|`((?:[^`\\]|\\.)+)`|'((?:[^'\\]|\\.)*)'|@(T?[\d:.TZ+-]+)|(\d+(?:\.\d+)?)|%(?:`([^`]+)`|'([^']+)'|([\w-]+))|(\$\w+)|(!=|!~|<=|>=|[-+*/&.()[\]|=<>,~{}]))/y

interface Token {
  readonly kind: 'name' | 'quoted' | 'string' | 'date' | 'number' | 'variable' | 'sign' | 'end'
  readonly text: string
}

class Parser {
  readonly #tokens: readonly Token[]
  #position = 0
  #depth = 0

  constructor(text: string) {
    this.#tokens = tokenize(text)
  }

  parse(): Expression {
    const expression = this.#operators(0)
    if (this.#next.kind !== 'end') throw unexpected(this.#next)
    return expression
  }

  #operators(level: number): Expression {
    const operators: readonly string[] | undefined = precedence[level]
    if (operators === undefined) return this.#polarity()
    if (level === 0 && ++this.#depth > deepest) throw new ExpressionError('is nested too deeply')
    let left = this.#operators(level + 1)
    while (this.#isOperator(operators)) {
      const operator = this.#take().text as Operator
      left = { kind: 'operator', operator, left, right: this.#operators(level + 1) }
    }
    if (level === 0) this.#depth--
    return left
  }

  #isOperator(operators: readonly string[]): boolean {
    const { kind, text } = this.#next
    return (kind === 'sign' || kind === 'name') && operators.includes(text)
  }

  #polarity(): Expression {
    if (this.#skip('-')) {
      const right = this.#path()
      return { kind: 'operator', operator: '-', left: { kind: 'literal', value: 0, type: 'number' }, right }
    }
    this.#skip('+')
    return this.#path()
  }

  #path(): Expression {
    let expression = this.#term()
    for (;;) {
      if (this.#skip('.')) expression = this.#step(expression)
      else if (this.#skip('[')) {
        expression = { kind: 'index', of: expression, at: this.#operators(0) }
        this.#expect(']')
      } else return expression
    }
  }

  #step(of?: Expression): Expression {
    const { kind, text } = this.#take()
    if (kind === 'variable' && text === '$this') return of ?? { kind: 'variable', name: text }
    if (kind !== 'name' && kind !== 'quoted') throw unexpected({ kind, text })
    const before = of === undefined ? {} : { of }
    if (kind === 'name' && this.#skip('('))
      return { kind: 'call', ...before, name: text, arguments: this.#arguments() }
    return { kind: 'member', ...before, name: text }
  }

  #term(): Expression {
    const { kind, text } = this.#next
    if (kind === 'name' && (text === 'true' || text === 'false')) {
      this.#take()
      return { kind: 'literal', value: text === 'true', type: 'boolean' }
    }
    if (kind === 'name' || kind === 'quoted') return this.#step()
    this.#take()
    if (kind === 'string') return { kind: 'literal', value: text, type: 'string' }
    if (kind === 'number') return this.#number(text)
    if (kind === 'date') return { kind: 'literal', ...dateLiteral(text) }
    if (kind === 'variable') return { kind: 'variable', name: text }
    if (text === '(') {
      const inner = this.#operators(0)
      this.#expect(')')
      return inner
    }
    if (text === '{') {
      this.#expect('}')
      return { kind: 'nothing' }
    }
    throw unexpected({ kind, text })
  }

  #number(text: string): Expression {
    const { kind, text: unit } = this.#next
    if (kind === 'string' || (kind === 'name' && /^(?:year|month|week|day|hour|minute|second)s?$/.test(unit)))
      throw new ExpressionError('has a quantity, which is not supported')
    return { kind: 'literal', value: Number(text), type: 'number' }
  }

  #arguments(): readonly Expression[] {
    if (this.#skip(')')) return []
    const list = [this.#operators(0)]
    while (this.#skip(',')) list.push(this.#operators(0))
    this.#expect(')')
    return list
  }

  get #next(): Token {
    return this.#tokens[this.#position] ?? { kind: 'end', text: 'its end' }
  }

  #take(): Token {
    const found = this.#next
    this.#position++
    return found
  }

  #skip(sign: string): boolean {
    if (this.#next.kind !== 'sign' || this.#next.text !== sign) return false
    this.#position++
    return true
  }

  #expect(sign: string): void {
    if (!this.#skip(sign)) throw unexpected(this.#next)
  }
}

function unexpected({ text }: Token): ExpressionError {
  return new ExpressionError(`has "${text.slice(0, 40)}" where it should not be`)
}

function dateLiteral(text: string): { value: string; type: LiteralType } {
  return text.startsWith('T')
    ? { value: text.slice(1), type: 'time' }
    : { value: text.replace(/T$/, ''), type: 'dateTime' }
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  const trimmed = text.trimEnd()
  token.lastIndex = 0
  while (token.lastIndex < trimmed.length) {
    const at = token.lastIndex
    const match = token.exec(trimmed)
    if (match === null)
      throw new ExpressionError(`has a sign that is not FHIRPath: "${trimmed.slice(at).trim().charAt(0)}"`)
    const [, name, quoted, string, date, number, escaped, stringVariable, plain, special, sign] = match
    const variable = escaped ?? stringVariable ?? plain
    if (name !== undefined) tokens.push({ kind: 'name', text: name })
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', text: unescaped(quoted) })
    else if (string !== undefined) tokens.push({ kind: 'string', text: unescaped(string) })
    else if (date !== undefined) tokens.push({ kind: 'date', text: date })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (variable !== undefined) tokens.push({ kind: 'variable', text: `%${variable}` })
    else if (special !== undefined) tokens.push({ kind: 'variable', text: special })
    else tokens.push({ kind: 'sign', text: sign ?? '' })
  }
  return tokens
}

const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' }

/** https://hl7.org/fhirpath/N1/#string: an unknown escape is the character itself. */
function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code: string | undefined, sign: string) =>
    code === undefined ? (controls[sign] ?? sign) : String.fromCharCode(Number.parseInt(code, 16)),
  )
}
