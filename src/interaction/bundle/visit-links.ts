import type { Definitions } from '#fhir/definitions.ts'
import type { Resource } from '#fhir/resource.ts'
import { findElementByKey, resourceShape, shapeOf } from '../patch/element-shape.ts'

/**
 * `reference` is Reference.reference; `uri` may be any text that looks like a link until `isLink` has confirmed
 * its element's type. Answers what shall stand there instead; undefined leaves it as it is.
 */
export interface LinkVisitor {
  reference(text: string, at: LinkPlace): string | undefined
  uri(text: string, at: LinkPlace): string | undefined
}

export interface LinkPlace {
  /** `subject.reference`, with indexes: appended to the resource's own expression. */
  path(): string
  /** Is the element here a uri, url, oid or uuid? A string that looks like one stays as it is, and so does a canonical. */
  isLink(): boolean
}

const linkTypes: ReadonlySet<string> = new Set(['uri', 'url', 'oid', 'uuid'])
const linkInNarrative = /(\s(?:href|src)\s*=\s*)("[^"]*"|'[^']*')/g

/** Answers the resource with its links exchanged; parts without a change are shared with the one given, which stays as it is. */
export function visitLinks(resource: Resource, definitions: Definitions, visitor: LinkVisitor): Resource {
  return new LinkWalk(resource, definitions, visitor).visit()
}

class LinkWalk implements LinkPlace {
  readonly #resource: Resource
  readonly #definitions: Definitions
  readonly #visitor: LinkVisitor
  readonly #path: (string | number)[] = []

  constructor(resource: Resource, definitions: Definitions, visitor: LinkVisitor) {
    this.#resource = resource
    this.#definitions = definitions
    this.#visitor = visitor
  }

  visit(): Resource {
    return this.#object(this.#resource) as Resource
  }

  path(): string {
    let text = ''
    for (const step of this.#path) text += typeof step === 'number' ? `[${step}]` : `.${step}`
    return text
  }

  isLink(): boolean {
    let node: unknown = this.#resource
    let shape = resourceShape(this.#definitions, this.#resource.resourceType)
    let type = ''
    for (const [i, step] of this.#path.entries()) {
      node = (node as Record<string | number, unknown>)[step]
      if (typeof step === 'number') continue
      // `_birthDate` holds the extensions of birthDate: an Element, whatever the primitive's own type.
      const found = findElementByKey(shape, step.startsWith('_') ? step.slice(1) : step)
      if (found === undefined) return false
      type = step.startsWith('_') ? '' : found.type
      const next = this.#path[i + 1]
      const value = typeof next === 'number' && Array.isArray(node) ? node[next] : node
      const below = shapeOf(this.#definitions, found.element, found.type, value)
      if (below === undefined) return false
      shape = below
    }
    return linkTypes.has(type)
  }

  #object(node: Record<string, unknown>): Record<string, unknown> {
    let copy: Record<string, unknown> | undefined
    for (const key in node) {
      const value = node[key]
      const changed = typeof value === 'string' ? this.#text(key, value) : this.#below(key, value)
      if (changed === value) continue
      copy ??= { ...node }
      copy[key] = changed
    }
    return copy ?? node
  }

  #below(key: string | number, value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    this.#path.push(key)
    const changed = Array.isArray(value) ? this.#list(value) : this.#object(value as Record<string, unknown>)
    this.#path.pop()
    return changed
  }

  #list(list: readonly unknown[]): readonly unknown[] {
    let copy: unknown[] | undefined
    for (let i = 0; i < list.length; i++) {
      const value = list[i]
      const changed = typeof value === 'string' ? this.#text(i, value) : this.#below(i, value)
      if (changed === value) continue
      copy ??= [...list]
      copy[i] = changed
    }
    return copy ?? list
  }

  #text(key: string | number, text: string): string {
    if (key === 'reference') return this.#ask('reference', key, text)
    if (key === 'div') return this.#narrative(text)
    // Links to other entries are absolute: urn:uuid:…, urn:oid:…, http(s)://…
    const first = text.charCodeAt(0)
    return (first === 117 || first === 104) && text.length < 2048 ? this.#ask('uri', key, text) : text
  }

  #ask(kind: 'reference' | 'uri', key: string | number, text: string): string {
    this.#path.push(key)
    const changed = this.#visitor[kind](text, this)
    this.#path.pop()
    return changed ?? text
  }

  #narrative(html: string): string {
    if (!html.includes('href') && !html.includes('src')) return html
    return html.replace(linkInNarrative, (whole, before: string, quoted: string) => {
      const changed = this.#visitor.uri(quoted.slice(1, -1).replaceAll('&amp;', '&'), narrativePlace)
      return changed === undefined ? whole : `${before}${quoted.charAt(0)}${changed}${quoted.charAt(0)}`
    })
  }
}

const narrativePlace: LinkPlace = { path: () => '.text.div', isLink: () => true }
