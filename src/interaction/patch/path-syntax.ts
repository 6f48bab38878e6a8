import { Refusal } from '#fhir/refusal.ts'

/** The part of FHIRPath that patches use: https://hl7.org/fhir/R4/fhirpatch.html, http://hl7.org/fhirpath/N1/ */
export type Path =
  | { readonly kind: 'this' }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'child'; readonly of: Path; readonly name: string }
  | { readonly kind: 'index'; readonly of: Path; readonly index: number }
  | { readonly kind: 'call'; readonly of: Path; readonly name: string; readonly args: readonly Path[] }
  | { readonly kind: 'operator'; readonly name: string; readonly left: Path; readonly right: Path }
  | { readonly kind: 'type'; readonly of: Path; readonly test: boolean; readonly type: string }

interface Token {
  readonly kind: 'name' | 'string' | 'number' | 'date' | 'sign' | 'end'
  readonly text: string
}

const longestPath = 1000
const deepestPath = 20
const tokenForm =
  /\s*(?:(?<name>[A-Za-z_]\w*|`[^`]+`)|'(?<string>(?:[^'\\]|\\.)*)'|(?<number>\d+(?:\.\d+)?)|@(?<date>[-\d:.TZ+]+)|(?<sign>!=|\$this|[.()[\],=]))/y
const this_: Path = { kind: 'this' }

export function parsePath(text: string, expression: string): Path {
  return new PathParser(text, expression).parse()
}

class PathParser {
  readonly #tokens: readonly Token[]
  readonly #expression: string
  #at = 0
  #depth = 0

  constructor(text: string, expression: string) {
    this.#expression = expression
    if (text.length > longestPath) throw this.#refuse(`is longer than ${longestPath} characters`)
    this.#tokens = this.#cut(text.trimEnd())
  }

  parse(): Path {
    const path = this.#or()
    if (this.#token.kind !== 'end') throw this.#refuse(`cannot be read from "${this.#token.text}" on`)
    return path
  }

  #cut(text: string): readonly Token[] {
    const tokens: Token[] = []
    let at = 0
    while (at < text.length) {
      tokenForm.lastIndex = at
      const groups = tokenForm.exec(text)?.groups
      if (groups === undefined) throw this.#refuse(`cannot be read from character ${at + 1} on`)
      at = tokenForm.lastIndex
      for (const [kind, part] of Object.entries(groups)) {
        if (part !== undefined) tokens.push({ kind: kind as Token['kind'], text: part })
      }
    }
    return [...tokens, { kind: 'end', text: '' }]
  }

  get #token(): Token {
    return this.#tokens[this.#at] as Token
  }

  #take(kind: Token['kind'], ...texts: readonly string[]): Token | undefined {
    const token = this.#token
    if (token.kind !== kind || (texts.length > 0 && !texts.includes(token.text))) return undefined
    this.#at++
    return token
  }

  #expect(kind: Token['kind'], text?: string): Token {
    const token = text === undefined ? this.#take(kind) : this.#take(kind, text)
    if (token === undefined) throw this.#refuse(`lacks ${text === undefined ? `a ${kind}` : `"${text}"`}`)
    return token
  }

  #or(): Path {
    if (++this.#depth > deepestPath) throw this.#refuse('is nested too deep')
    const path = this.#operators(['or', 'xor'], () => this.#operators(['and'], () => this.#equality()))
    this.#depth--
    return path
  }

  #operators(names: readonly string[], next: () => Path): Path {
    let left = next()
    for (;;) {
      const name = this.#take('name', ...names)?.text
      if (name === undefined) return left
      left = { kind: 'operator', name, left, right: next() }
    }
  }

  #equality(): Path {
    const left = this.#typed()
    const name = this.#take('sign', '=', '!=')?.text
    return name === undefined ? left : { kind: 'operator', name, left, right: this.#typed() }
  }

  #typed(): Path {
    const of = this.#steps()
    const operator = this.#take('name', 'as', 'is')?.text
    return operator === undefined ? of : { kind: 'type', of, test: operator === 'is', type: this.#typeName() }
  }

  #typeName(): string {
    const name = this.#expect('name').text
    return name === 'FHIR' && this.#take('sign', '.') ? this.#expect('name').text : name
  }

  #steps(): Path {
    let path = this.#term()
    for (;;) {
      if (this.#take('sign', '.')) path = this.#step(path)
      else if (this.#take('sign', '[')) {
        const index = this.#expect('number').text
        if (!/^\d{1,9}$/.test(index)) throw this.#refuse('has an index that is no whole number')
        this.#expect('sign', ']')
        path = { kind: 'index', of: path, index: Number(index) }
      } else return path
    }
  }

  #term(): Path {
    if (this.#take('sign', '(')) {
      const path = this.#or()
      this.#expect('sign', ')')
      return path
    }
    if (this.#take('sign', '$this')) return this_
    const string = this.#take('string')
    if (string !== undefined) return { kind: 'literal', value: unquote(string.text) }
    const number = this.#take('number')
    if (number !== undefined) return { kind: 'literal', value: Number(number.text) }
    const date = this.#take('date')
    if (date !== undefined) return { kind: 'literal', value: date.text }
    const boolean = this.#take('name', 'true', 'false')
    if (boolean !== undefined) return { kind: 'literal', value: boolean.text === 'true' }
    return this.#step(this_)
  }

  #step(of: Path): Path {
    const token = this.#expect('name')
    const name = token.text.startsWith('`') ? token.text.slice(1, -1) : token.text
    if (!this.#take('sign', '(')) return { kind: 'child', of, name }
    if (this.#take('sign', ')')) return { kind: 'call', of, name, args: [] }
    if (name === 'ofType' || name === 'as' || name === 'is') {
      const type = this.#typeName()
      this.#expect('sign', ')')
      return { kind: 'type', of, test: name === 'is', type }
    }
    const args = [this.#or()]
    while (this.#take('sign', ',')) args.push(this.#or())
    this.#expect('sign', ')')
    return { kind: 'call', of, name, args }
  }

  #refuse(fault: string): Refusal {
    return new Refusal(
      'invalid',
      `The path of this operation ${fault}. Use a simple FHIRPath, such as Patient.name[0].given.`,
      {
        expression: this.#expression,
      },
    )
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' }

function unquote(text: string): string {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|(.))/g, (_, code: string | undefined, letter: string) =>
    code === undefined ? (escapes[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
  )
}
