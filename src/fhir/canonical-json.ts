/**
 * RFC 8785: members by the UTF-16 code units of their names, no blanks, strings and numbers as ECMAScript prints them.
 * Numbers written oddly (1.0) become what they mean, so this is for seals, not for what clients are given.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (JSON.isRawJSON(value)) return JSON.stringify(JSON.parse(value.rawJSON))
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`
}
