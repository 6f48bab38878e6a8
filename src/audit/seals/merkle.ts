import { hash } from 'node:crypto'

export const hashLength = 32
/** So that no node can be passed off as an event: those begin with a brace. */
const nodeMark = 1

/** The hash of an event is that of its text as stored, which is its canonical form (RFC 8785). */
export function leafOf(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

/** Neighbours are hashed together until one is left; one without a neighbour goes up as it is. `leaves` is used up. */
export function merkleRoot(leaves: Uint8Array): Buffer {
  if (leaves.length === 0 || leaves.length % hashLength !== 0) throw new Error('A seal covers whole hashes')
  let level = Buffer.from(leaves)
  const pair = Buffer.alloc(1 + 2 * hashLength, nodeMark)
  while (level.length > hashLength) {
    const above = Buffer.alloc(Math.ceil(level.length / (2 * hashLength)) * hashLength)
    for (let at = 0; at < level.length; at += 2 * hashLength) {
      const to = at / 2
      if (at + hashLength === level.length) {
        level.copy(above, to, at)
      } else {
        level.copy(pair, 1, at, at + 2 * hashLength)
        hash('sha256', pair, 'buffer').copy(above, to)
      }
    }
    level = above
  }
  return level
}
