import { SaxesParser, type SaxesTagNS } from 'saxes'
import { Refusal } from '../refusal.ts'

export interface XmlEvents {
  /** `start` and `end` of the opening tag in the text. */
  open(tag: SaxesTagNS, start: number, end: number): void
  close(tag: SaxesTagNS, end: number): void
  text(text: string): void
}

/**
 * Strict and without a memory of entities: what is not well formed, and every DTD, is refused where it stands, so there
 * is nothing to expand, nothing to fetch, and no two ways to read a text. https://hl7.org/fhir/R4/security.html
 */
export function parseXml(source: string, events: XmlEvents): void {
  const parser = new SaxesParser({ xmlns: true, defaultXMLVersion: '1.0', forceXMLVersion: true })
  const refuse = (sentence: string, cause?: unknown): Refusal => {
    const { line, column } = parser
    return new Refusal('malformed', `${sentence} (line ${line}, column ${column})`, { cause })
  }
  let start = 0
  parser.on('error', (error) => {
    // saxes says its place first, which we say ourselves, and may quote a name as long as the body.
    const reason = error.message.replace(/^[\d:]+\s*/, '').slice(0, 120)
    throw refuse(`The XML is not well formed: ${reason}`, error)
  })
  parser.on('doctype', () => {
    throw refuse('A DTD is not taken: send the resource without <!DOCTYPE>.')
  })
  parser.on('xmldecl', ({ encoding = 'UTF-8' }) => {
    if (!/^utf-?8$/i.test(encoding)) {
      throw refuse('FHIR is always UTF-8: send it so, and say encoding="UTF-8" or nothing.')
    }
  })
  parser.on('opentagstart', () => {
    // Of what was read only the name and one character follow the tag's beginning.
    start = source.lastIndexOf('<', parser.position - 1)
  })
  parser.on('opentag', (tag) => events.open(tag, start, parser.position))
  parser.on('closetag', (tag) => events.close(tag, parser.position))
  parser.on('text', (text) => events.text(text))
  parser.on('cdata', (text) => events.text(text))
  parser.write(source).close()
}
