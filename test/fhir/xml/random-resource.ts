import fc, { type GeneratorValue } from 'fast-check'
import type { Definitions, ElementDefinition } from '#fhir/definitions.ts'
import { choiceName } from '#fhir/element-tree.ts'
import { referencedElement } from '#fhir/element-type.ts'
import { parseJson } from '#fhir/json.ts'

type Json = Record<string, unknown>

const words = fc
  .string({
    unit: fc.constantFrom(
      'a',
      'é',
      '😀',
      '&',
      '<',
      '>',
      '"',
      "'",
      ']]>',
      '&amp;',
      '\n',
      '\t',
      '\r',
      ' ',
      '\u0085',
      '\u2028',
    ),
    minLength: 1,
    maxLength: 6,
  })
  .filter((text) => text !== '')
const decimal = fc.constantFrom('1.0', '-0.00', '1e3', '12345678901234567890.10', '7', '0.1')
const markup = fc.constantFrom(
  '<p>1 &lt; 2 &amp; 3</p>',
  '<br/><br />',
  '<!-- why -->text',
  '<a href=\'x?a=1&amp;b="2"\'>é&#233;</a>',
  '<![CDATA[<raw>]]>',
  '<p xml:lang="de">\r\n ü</p>',
  '<x:p xmlns:x="http://www.w3.org/1999/xhtml"/>',
)

/** Any resource that the definitions allow in shape, with extensions and ids where they are least expected. */
export class RandomResources {
  readonly #definitions: Definitions
  readonly #g: GeneratorValue

  constructor(definitions: Definitions, g: GeneratorValue) {
    this.#definitions = definitions
    this.#g = g
  }

  build(depth = 0): Json {
    const resourceType = this.#g(fc.constantFrom, ...this.#definitions.resourceTypes)
    return { resourceType, ...this.#content(this.#definitions.type(resourceType).elements, depth, true) }
  }

  #content(elements: readonly ElementDefinition[], depth: number, ofResource = false): Json {
    const content: Json = {}
    for (const element of elements) {
      const needed = element.path === 'Extension.url' || element.path === 'Narrative.div'
      if (!needed && !this.#chance(depth > 2 ? 20 : depth > 0 ? 6 : 3)) continue
      const structure = referencedElement(this.#definitions, element)
      const type = this.#g(fc.constantFrom, ...(structure.types.length > 0 ? structure.types : ['Element']))
      const name = element.isChoice ? choiceName(element.name, type) : element.name
      const isAttribute = (name === 'id' && !ofResource) || element.path === 'Extension.url'
      const count = element.max > 1 ? 1 + this.#g(fc.nat, 2) : 1
      const values: unknown[] = []
      const twins: unknown[] = []
      for (let i = 0; i < count; i++) {
        const isPrimitive = this.#isPrimitive(type)
        const twin = isPrimitive && !isAttribute && this.#chance(5) ? this.#extended(depth) : null
        twins.push(twin)
        if (twin !== null && this.#chance(2)) values.push(null)
        else values.push(this.#value(type, structure, depth + 1))
      }
      if (values.some((value) => value !== null)) content[name] = element.max > 1 ? values : values[0]
      if (twins.some((twin) => twin !== null)) content[`_${name}`] = element.max > 1 ? twins : twins[0]
    }
    if (!ofResource && Object.keys(content).length === 0) content.id = 'not-empty'
    return content
  }

  #extended(depth: number): Json {
    const extension = () => [{ url: this.#g(() => words), ...this.#extensionValue(depth) }]
    return this.#chance(2) ? { id: this.#g(() => words) } : { extension: extension() }
  }

  #extensionValue(depth: number): Json {
    return depth > 2 || this.#chance(2) ? { valueString: 'v' } : { extension: [this.#extension(depth + 1)] }
  }

  #extension(depth: number): Json {
    return this.#content(this.#definitions.type('Extension').elements, depth)
  }

  #value(type: string, element: ElementDefinition, depth: number): unknown {
    if (element.children !== undefined) return this.#content(element.children, depth)
    if (type === 'Resource') return this.build(depth + 2)
    if (type === 'xhtml') return `<div xmlns="http://www.w3.org/1999/xhtml">${this.#g(() => markup)}</div>`
    if (type === 'boolean') return this.#g(fc.boolean)
    if (type === 'decimal') return parseJson(this.#g(() => decimal))
    if (type === 'integer' || type === 'positiveInt' || type === 'unsignedInt') return this.#g(fc.nat)
    if (this.#isPrimitive(type)) return this.#g(() => words)
    return this.#content(this.#definitions.type(type).elements, depth)
  }

  #isPrimitive(type: string): boolean {
    return this.#definitions.type(type).kind === 'primitive-type' && type !== 'xhtml'
  }

  #chance(one: number): boolean {
    return this.#g(fc.nat, one - 1) === 0
  }
}
