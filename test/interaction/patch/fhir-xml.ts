import type { Definitions, ElementDefinition } from '#fhir/definitions.ts'
import {
  type ElementShape,
  findElementByKey,
  resourceShape,
  shapeOf,
} from '#interaction/patch/element-shape.ts'

/** Just enough XML to read the community's cases: elements, attributes, comments, entities. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: XmlElement[]
  /** As it stands in the file: what a narrative is. */
  source: string
}

export function readXml(text: string): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, children: [], source: text }
  const open: { element: XmlElement; start: number }[] = [{ element: root, start: 0 }]
  for (const match of text.matchAll(
    /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([\w:]+)((?:\s+[\w:]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/g,
  )) {
    const [whole, closing, name, attributes = '', empty] = match
    if (name === undefined) continue
    if (closing === '/') {
      const { element, start } = open.pop() as { element: XmlElement; start: number }
      element.source = text.slice(start, match.index + whole.length)
      continue
    }
    const element: XmlElement = { name, attributes: readAttributes(attributes), children: [], source: whole }
    open.at(-1)?.element.children.push(element)
    if (empty !== '/') open.push({ element, start: match.index })
  }
  return root
}

function readAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)]
  return Object.fromEntries(pairs.map(([, name, double, single]) => [name, decode(double ?? single ?? '')]))
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (_, decimal, hex, name) =>
    name === undefined
      ? String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal))
      : (entities[name] ?? ''),
  )
}

/** https://hl7.org/fhir/R4/json.html from https://hl7.org/fhir/R4/xml.html, by the definitions. */
export function resourceFromXml(
  definitions: Definitions,
  element: XmlElement,
): Record<string, unknown> & { resourceType: string } {
  const object = objectFromXml(definitions, element, resourceShape(definitions, element.name))
  return { resourceType: element.name, ...object }
}

function objectFromXml(
  definitions: Definitions,
  element: XmlElement,
  shape: ElementShape,
): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const name of ['id', 'url'])
    if (element.attributes[name] !== undefined) object[name] = element.attributes[name]
  for (const child of element.children) {
    const found = findElementByKey(shape, child.name)
    if (found === undefined) throw new Error(`${shape.type} has no ${child.name}`)
    put(definitions, object, child, found.element, found.type)
  }
  return object
}

function put(
  definitions: Definitions,
  object: Record<string, unknown>,
  child: XmlElement,
  element: ElementDefinition,
  type: string,
): void {
  const shape = shapeOf(definitions, element, type, undefined) as ElementShape
  let value: unknown
  let twin: Record<string, unknown> | undefined
  if (child.name === 'div') value = child.source
  else if (shape.primitive) {
    value = primitive(type, child.attributes.value)
    twin =
      child.children.length > 0 ? objectFromXml(definitions, { ...child, attributes: {} }, shape) : undefined
  } else value = objectFromXml(definitions, child, shape)
  if (element.max > 1) {
    object[child.name] = [...((object[child.name] as unknown[] | undefined) ?? []), value]
  } else object[child.name] = value
  if (twin !== undefined) object[`_${child.name}`] = twin
}

function primitive(type: string, text: string | undefined): unknown {
  if (text === undefined) return undefined
  if (type === 'boolean') return text === 'true'
  return ['integer', 'positiveInt', 'unsignedInt', 'decimal'].includes(type) ? Number(text) : text
}
