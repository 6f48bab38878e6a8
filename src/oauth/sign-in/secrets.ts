import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  randomInt,
  timingSafeEqual,
} from 'node:crypto'

/** For links and cookies: nobody guesses 256 bits. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** What the database keeps of a secret. Long random texts need no salt. */
export function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** Of short texts: nobody finds them by trying all, without the key. */
export function keyedDigest(key: Uint8Array, ...parts: readonly string[]): Buffer {
  const hmac = createHmac('sha256', key)
  for (const part of parts) hmac.update(`${part.length}:${part}`)
  return hmac.digest()
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

export function newDigits(count: number): string {
  return String(randomInt(10 ** count)).padStart(count, '0')
}

/** Without signs that are taken for one another when read from paper. */
const letters = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'

export function newPaperCode(): string {
  const signs = Array.from({ length: 12 }, () => letters[randomInt(letters.length)])
  return [0, 4, 8].map((at) => signs.slice(at, at + 4).join('')).join('-')
}

export function readPaperCode(typed: string): string {
  const signs = typed.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
  return signs.match(/.{1,4}/g)?.join('-') ?? ''
}

/** AES-256-GCM: what is sealed cannot be read from a copy of the table, nor moved to another row. */
export function seal(key: Uint8Array, text: string, owner: string): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(owner))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

export function unseal(key: Uint8Array, sealed: Uint8Array, owner: string): string {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
    .setAAD(Buffer.from(owner))
    .setAuthTag(sealed.subarray(12, 28))
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')
}
