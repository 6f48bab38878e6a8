import { argon2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { isSame } from './secrets.ts'

/** RFC 9106's second choice, in OWASP's size: 19 MiB and two passes take about 50 ms. */
const memory = 19_456
const passes = 2
const shape = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** By length alone, as NIST SP 800-63B asks. */
export const shortestPassword = 12
export const longestPassword = 256

export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const hash = await derive(password, nonce, memory, passes)
  return `$argon2id$v=19$m=${memory},t=${passes},p=1$${base64(nonce)}$${base64(hash)}`
}

/** Takes its time where there is no password as well, so that nobody learns which accounts have one. */
export async function checkPassword(password: string, kept: string | undefined): Promise<boolean> {
  const [, m, t, nonce, hash] = shape.exec(kept ?? '') ?? []
  if (nonce === undefined || hash === undefined) {
    await derive(password, Buffer.alloc(16), memory, passes)
    return false
  }
  const derived = await derive(password, Buffer.from(nonce, 'base64'), Number(m), Number(t))
  return isSame(derived, Buffer.from(hash, 'base64'))
}

const run = promisify(argon2)

function derive(password: string, nonce: Buffer, cost: number, rounds: number): Promise<Buffer> {
  const message = password.normalize('NFKC')
  return run('argon2id', { message, nonce, parallelism: 1, tagLength: 32, memory: cost, passes: rounds })
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
