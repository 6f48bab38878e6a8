/**
 * https://hl7.org/fhir/R4/narrative.html: well-formed XHTML, only formatting, nothing that acts. One pass with sticky
 * expressions that cannot backtrack; the answer is what is wrong, as the end of a sentence.
 */
export function narrativeFault(text: string): string | undefined {
  const open: string[] = []
  let seen = false
  let rooted = false
  let at = skipSpace(text, 0)
  while (at < text.length) {
    if (text[at] !== '<') {
      const end = text.indexOf('<', at)
      const run = text.slice(at, end === -1 ? text.length : end)
      if (open.length === 0) {
        if (run.trim() !== '') return 'must be one <div> element with all text inside it.'
      } else {
        const fault = textFault(run)
        if (fault !== undefined) return fault
        seen ||= hasText(run)
      }
      at = end === -1 ? text.length : end
    } else if (text.startsWith('<!--', at)) {
      const end = text.indexOf('-->', at + 4)
      if (end === -1) return 'has a comment without an end.'
      at = end + 3
    } else if (text[at + 1] === '/') {
      closing.lastIndex = at
      const name = closing.exec(text)?.[1]
      if (name === undefined || open.pop() !== name)
        return 'must be well-formed XHTML: close each element where it belongs.'
      at = closing.lastIndex
    } else {
      opening.lastIndex = at
      const tag = opening.exec(text)
      const name = tag?.[1]
      if (name === undefined)
        return 'must be well-formed XHTML, without doctype, processing instructions and CDATA.'
      if (open.length === 0) {
        if (rooted || name !== 'div') return 'must be one <div> element with all text inside it.'
        rooted = true
      }
      if (!elements.has(name))
        return `has the element <${name.slice(0, 20)}>, which a narrative must not have; use plain formatting.`
      at = opening.lastIndex
      const attributes = readAttributes(text, at, name)
      if (typeof attributes === 'string') return attributes
      if (open.length === 0 && attributes.namespace !== 'http://www.w3.org/1999/xhtml')
        return 'must be a <div> with xmlns="http://www.w3.org/1999/xhtml".'
      at = attributes.end
      if (!attributes.closed) open.push(name)
      seen ||= name === 'img'
    }
  }
  if (open.length > 0 || !rooted) return 'must be one well-formed <div> element: close what is open.'
  return seen ? undefined : 'must have some text or an image; leave the narrative out when there is none.'
}

const opening = /<([A-Za-z][A-Za-z0-9]*)(?=[\s/>])/y
const closing = /<\/([A-Za-z][A-Za-z0-9]*)\s*>/y
const attribute = /\s+([A-Za-z_][\w:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y
const ending = /\s*(\/?)>/y
/** "There is no support for HTML entities like &nbsp; or &copy;": XML has five. */
const reference = /&(?!(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)/
const action = /^[\s\p{Cc}]*(?:javascript|vbscript|data\s*:\s*text\/html)/iu

interface Attributes {
  readonly end: number
  readonly closed: boolean
  readonly namespace?: string
}

function readAttributes(text: string, start: number, element: string): Attributes | string {
  let at = start
  let namespace: string | undefined
  const names = new Set<string>()
  for (;;) {
    attribute.lastIndex = at
    const match = attribute.exec(text)
    if (match === null) break
    at = attribute.lastIndex
    const [, name = '', double, single] = match
    const value = double ?? single ?? ''
    if (names.has(name)) return `has an attribute twice on <${element}>.`
    names.add(name)
    if (name === 'xmlns') namespace = value
    else if (!isAllowed(element, name))
      return `has the attribute ${name.slice(0, 20)} on <${element}>, which a narrative must not have.`
    if (reference.test(value))
      return 'has an "&" that XML does not know: write &amp;, or &#160; for a space that does not break.'
    if ((name === 'href' || name === 'src') && action.test(value))
      return 'has a link that would run a script.'
  }
  ending.lastIndex = at
  const end = ending.exec(text)
  if (end === null) return `must be well-formed XHTML: <${element}> is not written as it should.`
  return { end: ending.lastIndex, closed: end[1] === '/', ...(namespace === undefined ? {} : { namespace }) }
}

function textFault(run: string): string | undefined {
  if (run.includes('&') && reference.test(run))
    return 'has an "&" that XML does not know: write &amp;, or &#160; for a space that does not break.'
  return undefined
}

function hasText(run: string): boolean {
  return /\S/.test(run)
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && /\s/.test(text[at] as string)) at++
  return at
}

function isAllowed(element: string, name: string): boolean {
  return name.startsWith('xmlns:') || attributes.has(name) || (attributesOf[element]?.has(name) ?? false)
}

/** Chapters 7 to 11 and 15 of HTML 4.0, links and images. */
const elements: ReadonlySet<string> = new Set(
  (
    'p br div h1 h2 h3 h4 h5 h6 a span b em i strong small big tt dfn q var abbr acronym cite blockquote hr address bdo ' +
    'kbd sub sup ul ol li dl dt dd pre table caption colgroup col thead tr tfoot tbody th td code samp img map area del ins'
  ).split(' '),
)
const attributes: ReadonlySet<string> = new Set(
  (
    'title style class id ID lang xml:lang dir accesskey tabindex span width align valign char charoff abbr axis ' +
    'headers scope rowspan colspan'
  ).split(' '),
)
const attributesOf: Readonly<Record<string, ReadonlySet<string>>> = {
  a: new Set(['charset', 'type', 'name', 'href', 'hreflang', 'rel', 'rev', 'shape', 'coords']),
  img: new Set(['src', 'alt', 'longdesc', 'height', 'width', 'usemap', 'ismap', 'border']),
  map: new Set(['name']),
  area: new Set(['shape', 'coords', 'href', 'nohref', 'alt']),
  table: new Set(['summary', 'border', 'frame', 'rules', 'cellspacing', 'cellpadding']),
  td: new Set(['nowrap']),
  pre: new Set(['space']),
  blockquote: new Set(['cite']),
  q: new Set(['cite']),
}
