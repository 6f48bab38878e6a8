import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { Refusal } from './refusal.ts'

/**
 * Where a page continues, in a link: opaque, unforgeable, good for one question of one caller. Encrypted, since the
 * cursor holds the last row's sort values (a family name, a birth date) and links end up in logs.
 */
export interface PagingTokens {
  /** `about`: all that the link is bound to: clinic, caller, path, parameters. */
  seal(cursor: string, about: readonly string[]): string
  open(token: string, about: readonly string[]): string
}

export interface PagingSettings {
  /** 32 bytes. */
  readonly key: Uint8Array
  /** Milliseconds that a link stays good. */
  readonly lifetime: number
  readonly clock: () => Date
}

const nonceLength = 12
const tagLength = 16
const expiryLength = 6

export function createPagingTokens({ key, lifetime, clock }: PagingSettings): PagingTokens {
  return {
    seal(cursor, about) {
      const nonce = randomBytes(nonceLength)
      const expiry = Buffer.alloc(expiryLength)
      expiry.writeUIntBE(clock().getTime() + lifetime, 0, expiryLength)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bind(about))
      const sealed = [cipher.update(expiry), cipher.update(cursor, 'utf8'), cipher.final()]
      return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]).toString('base64url')
    },

    open(token, about) {
      const plain = decrypt(key, token, about)
      if (plain === undefined) {
        throw new Refusal(
          'value',
          'This link to a page was changed, or was made for another search or caller: start the search again.',
        )
      }
      if (plain.readUIntBE(0, expiryLength) < clock().getTime()) {
        throw new Refusal('page-expired', 'This link to a page is too old: start the search again.')
      }
      return plain.toString('utf8', expiryLength)
    },
  }
}

function bind(about: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(about))
}

function decrypt(key: Uint8Array, token: string, about: readonly string[]): Buffer | undefined {
  const bytes = Buffer.from(token, 'base64url')
  // Several texts decode to the same bytes: only the one that was handed out counts.
  if (bytes.length < nonceLength + tagLength + expiryLength || bytes.toString('base64url') !== token)
    return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceLength), {
    authTagLength: tagLength,
  })
  decipher.setAAD(bind(about)).setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceLength + tagLength)), decipher.final()])
  } catch {
    return undefined
  }
}
