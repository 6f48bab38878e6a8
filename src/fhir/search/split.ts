/**
 * https://hl7.org/fhir/R4/search.html#escaping: `,` `|` `$` separate unless a backslash stands before them. Parts keep
 * their backslashes until `unescapeValue`, since a part may be split again by another separator.
 */
export function splitUnescaped(text: string, separator: ',' | '|' | '$'): string[] {
  if (!text.includes('\\')) return text.split(separator)
  const parts: string[] = []
  let start = 0
  for (let place = 0; place < text.length; place += 1) {
    if (text[place] === '\\') place += 1
    else if (text[place] === separator) {
      parts.push(text.slice(start, place))
      start = place + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}

export function unescapeValue(text: string): string {
  return text.includes('\\') ? text.replace(/\\([,|$\\])/g, '$1') : text
}

/** For text that is looked at as it is, `_filter`'s strings for one, and then treated like a parameter's value. */
export function escapeValue(text: string): string {
  return text.replace(/[,|$\\]/g, '\\$&')
}
