import type { SaxesTagNS } from 'saxes'
import { Refusal } from '../refusal.ts'
import { escapeXml } from './escape-xml.ts'
import { xhtmlNamespace } from './namespaces.ts'
import { parseXml } from './xml-parser.ts'

/** Nested lists and tables in a narrative go a dozen deep. */
const maxDepth = 64
const itself = new Set(['xml', 'xmlns'])

/** A div as it stands in the text, character by character; only declarations that it takes from outside are added. */
export class NarrativeCapture {
  readonly #start: number
  readonly #afterName: number
  readonly #inside: SaxesTagNS[] = []
  readonly #outside = new Map<string, string>()

  constructor(tag: SaxesTagNS, start: number) {
    this.#start = start
    this.#afterName = start + 1 + tag.name.length
    this.open(tag)
  }

  open(tag: SaxesTagNS): void {
    if (this.#inside.length === maxDepth) {
      throw new Refusal('malformed', `The narrative nests deeper than ${maxDepth} levels.`)
    }
    this.#inside.push(tag)
    this.#note(tag.prefix, tag.uri)
    for (const name in tag.attributes) {
      const { prefix, uri } = tag.attributes[name] as { prefix: string; uri: string }
      if (prefix !== '') this.#note(prefix, uri)
    }
  }

  /** The div's text once its last tag is closed. */
  close(source: string, end: number): string | undefined {
    this.#inside.pop()
    if (this.#inside.length > 0) return undefined
    if (this.#outside.size === 0) return source.slice(this.#start, end)
    const declarations = [...this.#outside].map(
      ([prefix, uri]) => ` xmlns${prefix && ':'}${prefix}="${escapeXml(uri)}"`,
    )
    const [start, afterName] = [this.#start, this.#afterName]
    return source.slice(start, afterName) + declarations.join('') + source.slice(afterName, end)
  }

  #note(prefix: string, uri: string): void {
    if (itself.has(prefix) || (prefix === '' && uri === '')) return
    if (!this.#inside.some(({ ns }) => prefix in ns)) this.#outside.set(prefix, uri)
  }
}

/** The div as markup to put into XML: it must end where it began, or it could close what stands around it. */
export function checkNarrative(div: string): string {
  let capture: NarrativeCapture | undefined
  let markup: string | undefined
  let namespace: string | undefined
  parseXml(div, {
    open(tag, start) {
      if (capture !== undefined) {
        capture.open(tag)
        return
      }
      if (tag.local !== 'div') throw new Refusal('malformed', 'The narrative is no div.')
      capture = new NarrativeCapture(tag, start)
      // Undefined where none is declared, which is a common slip.
      namespace = tag.uri === '' ? tag.ns?.[''] : tag.uri
    },
    close(_tag, end) {
      markup = capture?.close(div, end)
    },
    text() {},
  })
  if (markup === undefined || (namespace ?? xhtmlNamespace) !== xhtmlNamespace) {
    throw new Refusal('malformed', 'The narrative is no div of XHTML.')
  }
  return namespace === undefined ? markup.replace('<div', `<div xmlns="${xhtmlNamespace}"`) : markup
}
