import type { IndexValue } from '../../src/fhir/index-values.ts'

interface Claimed {
  readonly name: string
  readonly type: string
}

const values: Readonly<Record<string, string>> = {
  string: 'a',
  token: 'urn:x|a',
  reference: 'Patient/a',
  date: '2026-01',
  number: '1',
  quantity: '1|http://unitsofmeasure.org|kg',
  uri: 'http://example.org/a',
  composite: 'a$2026',
}
const special: Readonly<Record<string, string>> = {
  _id: '_id=a',
  near: 'near=50|14|10|km',
  _content: '_content=a',
  _text: '_text=a',
  _list: '_list=a',
  _filter: '_filter=_id eq a',
  _has: '_has:Provenance:target:recorded=2026',
  _type: '_type=Patient',
  'chromosome-variant-coordinate': 'chromosome-variant-coordinate=a$1$1',
  'chromosome-window-coordinate': 'chromosome-window-coordinate=a$1$1',
  'referenceseqid-variant-coordinate': 'referenceseqid-variant-coordinate=a$1$1',
  'referenceseqid-window-coordinate': 'referenceseqid-window-coordinate=a$1$1',
}

/** Something that a parameter can be asked, whether or not anything has it. */
export function anyCriterion({ name, type }: Claimed): string {
  return encodeURI(special[name] ?? `${name}=${values[type] ?? 'a'}`)
}

/** `:missing` asks for an element, which these have none of. */
export function canBeMissing(name: string): boolean {
  return !['_id', '_lastUpdated', '_text', '_content', '_filter', 'near'].includes(name)
}

/** What finds a resource that is indexed under these values; undefined when none of them can be asked for by value. */
export function criterionFor(code: string, found: readonly IndexValue[]): string | undefined {
  for (const value of found) {
    const [modifier, text] = code === 'near' ? ['', nearby(value)] : ask(value)
    if (text !== undefined) return `${encodeURIComponent(code)}${modifier}=${encodeURIComponent(text)}`
  }
  return undefined
}

function ask(value: IndexValue): readonly [modifier: string, text: string | undefined] {
  switch (value.kind) {
    case 'token':
      return value.code === undefined
        ? [':text', value.text && escaped(value.text)]
        : ['', `${value.system === undefined ? '' : `${escaped(value.system)}|`}${escaped(value.code)}`]
    case 'reference': {
      const { reference, versioned, identifier } = value
      if (reference !== undefined || versioned !== undefined)
        return ['', escaped(reference ?? versioned ?? '')]
      return [':identifier', identifier && `${identifier.system ?? ''}|${identifier.value ?? ''}`]
    }
    case 'string':
      return ['', escaped(value.text)]
    case 'uri':
      return ['', escaped(value.uri)]
    case 'date':
      return Number.isFinite(value.start)
        ? ['', `ge${new Date(value.start).toISOString()}`]
        : ['', `le${new Date(value.end).toISOString()}`]
    case 'number':
      return ['', atLeast(value)]
    case 'quantity': {
      const unit = value.code ?? value.unit
      return [
        '',
        `${atLeast(value)}${unit === undefined ? '' : `|${value.code === undefined ? '' : (value.system ?? '')}|${escaped(unit)}`}`,
      ]
    }
    case 'composite': {
      const parts = value.components.map(([first]) => (first === undefined ? undefined : ask(first)))
      const whole = parts.every((part) => part !== undefined && part[0] === '' && part[1] !== undefined)
      return ['', whole ? parts.map((part) => part?.[1]).join('$') : undefined]
    }
  }
}

function atLeast({ low, high }: { readonly low: string; readonly high: string }): string {
  return low === '-Infinity' ? `le${high}` : `ge${low}`
}

function nearby(value: IndexValue): string | undefined {
  if (value.kind !== 'composite') return undefined
  const [latitude, longitude] = value.components.map(([first]) => (first?.kind === 'number' ? first.low : ''))
  return `${latitude}|${longitude}|10|km`
}

function escaped(text: string): string {
  return text.replaceAll(/[\\,|$]/g, (character) => `\\${character}`)
}
