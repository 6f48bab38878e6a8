import { createPublicKey, generateKeyPairSync, hash, type KeyObject, sign, verify } from 'node:crypto'

/** Ed25519. The private half signs seals and is never in the database. */
export interface SealingKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export function makeSealingKey(): SealingKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { kid: kidOf(publicKey), privateKey, publicKey }
}

/** By hand: openssl pkey -pubin -in KEY -outform der | sha256sum, and the first 32 digits. */
export function kidOf(publicKey: KeyObject): string {
  return hash('sha256', publicKey.export({ type: 'spki', format: 'der' }), 'hex').slice(0, 32)
}

export function publicPem(publicKey: KeyObject): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString()
}

export function readPublicKey(pem: string): KeyObject {
  const key = createPublicKey(pem)
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('Not an Ed25519 key')
  return key
}

export function signStatement(statement: string, { privateKey }: SealingKey): Buffer {
  return sign(null, Buffer.from(statement), privateKey)
}

export function isSignedBy(statement: string, signature: Uint8Array, publicKey: KeyObject): boolean {
  return verify(null, Buffer.from(statement), publicKey, signature)
}
