/** A property of https://www.rfc-editor.org/rfc/rfc5545: name with parameters, and its value as it will stand there. */
export type Line = readonly [name: string, value: string]

const longestLine = 75
const encoder = new TextEncoder()

export function calendarText(method: string, components: readonly (readonly Line[])[]): string {
  const lines: Line[] = [
    ['BEGIN', 'VCALENDAR'],
    ['VERSION', '2.0'],
    ['PRODID', '-//Almanac//Almanac//EN'],
    ['METHOD', method],
    ...components.flat(),
    ['END', 'VCALENDAR'],
  ]
  return lines.map(([name, value]) => `${fold(`${name}:${value}`)}\r\n`).join('')
}

/** Nobody's text can begin a property of its own: line breaks are escaped, other control characters left out. */
export function escapeText(text: string): string {
  return (
    text
      .replace(/[\\;,]/g, (sign) => `\\${sign}`)
      .replace(/\r\n|[\n\r\u2028\u2029\u0085]/g, '\\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 5545 allows none of them
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
  )
}

/** Of a parameter: quoted, and a quote cannot be escaped there. */
export function quoteParameter(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 5545 allows none of them
  return `"${text.replace(/["\u0000-\u001f\u007f\u0085\u2028\u2029]/g, ' ')}"`
}

/** 20260329T070000Z */
export function utcTime(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
}

/** At 75 octets, never inside of a character. */
function fold(line: string): string {
  if (line.length * 3 <= longestLine || encoder.encode(line).length <= longestLine) return line
  let folded = ''
  let octets = 0
  for (const sign of line) {
    const size = encoder.encode(sign).length
    if (octets + size > longestLine) {
      folded += '\r\n '
      octets = 1
    }
    folded += sign
    octets += size
  }
  return folded
}
