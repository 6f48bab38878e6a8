import type { Resource } from './resource.ts'

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
}

/** What a reader sees of `text.div`: tags away, entities read, blanks folded. Empty when there is no narrative. */
export function narrativeText(resource: Resource): string {
  const { text } = resource as { text?: { div?: unknown } }
  if (typeof text?.div !== 'string') return ''
  return text.div
    .replace(/<[^<>]*>/g, ' ')
    .replace(
      /&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|[a-zA-Z]{2,8});/g,
      (written, name: string) => entity(name) ?? written,
    )
    .replace(/\s+/g, ' ')
    .trim()
}

function entity(name: string): string | undefined {
  if (!name.startsWith('#')) return entities[name]
  const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
  return isCharacter ? String.fromCodePoint(code) : undefined
}
