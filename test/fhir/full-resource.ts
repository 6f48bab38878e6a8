import type { Definitions, ElementDefinition } from '#fhir/definitions.ts'
import { choiceName } from '#fhir/element-tree.ts'
import type { Resource } from '#fhir/resource.ts'

/** What search parameters ask for by value. */
const knownValues: Readonly<Record<string, readonly string[]>> = {
  'ContactPoint.system': ['phone', 'email', 'url'],
  'RelatedArtifact.type': ['composed-of', 'depends-on', 'derived-from', 'predecessor', 'successor'],
}
const samples: Readonly<Record<string, (n: number) => unknown>> = {
  boolean: (n) => n % 2 === 0,
  integer: (n) => n - 5,
  positiveInt: (n) => n + 1,
  unsignedInt: (n) => n,
  decimal: (n) => n + 0.25,
  date: (n) => `20${String(10 + (n % 80))}-0${1 + (n % 9)}-1${n % 9}`,
  dateTime: (n) => `20${String(10 + (n % 80))}-0${1 + (n % 9)}-1${n % 9}T10:15:00+02:00`,
  instant: (n) => `20${String(10 + (n % 80))}-0${1 + (n % 9)}-1${n % 9}T10:15:00.123Z`,
  time: (n) => `1${n % 9}:30:00`,
  uri: (n) => `http://example.org/uri/${n}`,
  url: (n) => `http://example.org/url/${n}`,
  canonical: (n) => `http://example.org/canonical/${n}|1.${n}`,
  oid: (n) => `urn:oid:1.2.${n}`,
  uuid: (n) => `urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  base64Binary: () => 'AAAA',
  xhtml: (n) => `<div xmlns="http://www.w3.org/1999/xhtml">Narrative &amp; number ${n}</div>`,
}

/**
 * Resources that have everything: each call takes the next alternative of every choice, of every reference's targets
 * and of every known code. What would nest without end (extensions, contained resources, items of items) is left out.
 */
export class FullResources {
  readonly #definitions: Definitions
  readonly #turns = new Map<string, number>()
  #counter = 0

  constructor(definitions: Definitions) {
    this.#definitions = definitions
  }

  build(type: string): Resource {
    const content = this.#children(this.#definitions.type(type).elements, [type])
    return { resourceType: type, ...content, id: `full-${this.#turn(`${type}.id`)}` }
  }

  #children(elements: readonly ElementDefinition[], path: readonly string[]): Record<string, unknown> {
    const node: Record<string, unknown> = {}
    for (const element of elements) {
      if (['extension', 'modifierExtension', 'contained', 'contentReference'].includes(element.name)) continue
      if (element.contentReference !== undefined && path.includes(element.name)) continue
      const count = element.max > 1 ? 2 : 1
      const values = Array.from({ length: count }, () => this.#value(element, [...path, element.name]))
      const [name, value] = values[0] ?? ['', undefined]
      if (value === undefined) continue
      node[name] = element.max > 1 ? values.map(([, one]) => one) : value
    }
    return node
  }

  #value(element: ElementDefinition, path: readonly string[]): readonly [name: string, value: unknown] {
    const type = this.#next(`${path.join('.')} type`, element.types) ?? ''
    const name = element.isChoice ? choiceName(element.name, type) : element.name
    const { children } =
      element.contentReference === undefined ? element : this.#referenced(element.contentReference)
    if (children !== undefined) return [name, this.#children(children, path)]
    return [name, this.#sample(type, element, path)]
  }

  #referenced(contentReference: string): ElementDefinition {
    const [type = '', ...names] = contentReference.slice(1).split('.')
    let found: ElementDefinition | undefined
    for (const name of names) {
      const children = found === undefined ? this.#definitions.type(type).elements : (found.children ?? [])
      found = children.find((child) => child.name === name)
    }
    if (found === undefined) throw new Error(`No element ${contentReference}`)
    return found
  }

  #sample(type: string, element: ElementDefinition, path: readonly string[]): unknown {
    const known = knownValues[element.path]
    if (known !== undefined) return this.#next(path.join('.'), known)
    const sample = samples[type]
    if (sample !== undefined) return sample(this.#counter++)
    if (type === 'Reference') return this.#reference(element, path)
    if (type === 'Resource') return this.#entry(element)
    const definition = this.#definitions.type(type)
    if (definition.kind === 'primitive-type') return `${element.name} ${this.#counter++}`
    return path.length > 8 ? undefined : this.#children(definition.elements, path)
  }

  #reference(element: ElementDefinition, path: readonly string[]): unknown {
    const targets = element.targets?.includes('Resource')
      ? ['Patient', 'Practitioner', 'Location']
      : element.targets
    const target = this.#next(`${path.join('.')} target`, targets ?? ['Patient'])
    const id = this.#counter++
    const reference = this.#next('reference form', [
      `${target}/${id}`,
      `http://clinic.example/fhir/${target}/${id}`,
      `http://elsewhere.example/fhir/${target}/${id}`,
      `${target}/${id}/_history/3`,
    ])
    return {
      reference,
      type: target,
      display: `The ${id}th`,
      identifier: { system: 'http://example.org/ids', value: `${id}` },
    }
  }

  #entry(element: ElementDefinition): unknown {
    const type = this.#next(`${element.path} resource`, ['Composition', 'MessageHeader'])
    return { resourceType: type, id: `entry-${this.#counter++}` }
  }

  #next<T>(key: string, list: readonly T[]): T | undefined {
    return list[this.#turn(key) % list.length]
  }

  #turn(key: string): number {
    const turn = this.#turns.get(key) ?? 0
    this.#turns.set(key, turn + 1)
    return turn
  }
}
