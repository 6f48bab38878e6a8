import { createHash } from 'node:crypto'

/** How whatever opens a door is kept and named: those who read the tables cannot use it. All of it is random already. */
export function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
