import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'

/** What published resources are called outside: nobody learns the clinic's own ids, and they stay what they are. */
export interface PublicNames {
  /** `Schedule/1` → 32 characters that lead to nothing. */
  nameOf(reference: string): string
  /** Of a slot, for a link: leads back to it, here alone. */
  seal(slot: string): string
  /** Undefined: not made here. */
  open(handle: string): string | undefined
}

const tagLength = 16

/** The tag is the nonce as well (as in RFC 5297), so that a slot has one link and a file changes only when its slots do. */
export function createPublicNames(key: Uint8Array, tenant: string): PublicNames {
  const digest = (kind: string, text: string) =>
    createHmac('sha256', key).update(`${kind}\n${tenant}\n${text}`).digest()
  const cipherKey = digest('cipher', '')
  return {
    nameOf: (reference) => digest('name', reference).toString('hex', 0, 16),
    seal(slot) {
      const tag = digest('slot', slot).subarray(0, tagLength)
      const cipher = createCipheriv('aes-256-ctr', cipherKey, tag)
      return Buffer.concat([tag, cipher.update(slot, 'utf8'), cipher.final()]).toString('base64url')
    },
    open(handle) {
      const sealed = Buffer.from(handle, 'base64url')
      if (sealed.length <= tagLength) return undefined
      const tag = sealed.subarray(0, tagLength)
      const decipher = createDecipheriv('aes-256-ctr', cipherKey, tag)
      const slot = Buffer.concat([decipher.update(sealed.subarray(tagLength)), decipher.final()]).toString()
      return timingSafeEqual(digest('slot', slot).subarray(0, tagLength), tag) ? slot : undefined
    },
  }
}
