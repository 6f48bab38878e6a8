/** PostgreSQL's notation for an instant: years after 9999 and before 1, and both infinities, included. */
export function timestampText(milliseconds: number): string {
  if (milliseconds === Infinity) return 'infinity'
  if (milliseconds === -Infinity) return '-infinity'
  const text = new Date(milliseconds).toISOString()
  const first = text.charCodeAt(0)
  if (first === plus) return text.slice(text[1] === '0' ? 2 : 1)
  if (first !== minus && !text.startsWith('0000')) return text
  const [, year, rest] = /^(-?\d+)(-.*)$/.exec(text) as unknown as [string, string, string]
  return `${String(1 - Number(year)).padStart(4, '0')}${rest} BC`
}

const plus = 0x2b
const minus = 0x2d
