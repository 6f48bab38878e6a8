import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import type { SigningKeyRow } from '#store/signing-keys.ts'

export const signingAlgorithm = 'ES256'

/** A retired key verifies this much longer, so no token may live longer. */
export const longestTokenLifeSeconds = 86_400

export async function buildKeyRow(created: number): Promise<SigningKeyRow> {
  const { publicKey, privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true })
  const kid = await calculateJwkThumbprint(await exportJWK(publicKey))
  return { kid, jwk: { ...(await exportJWK(privateKey)) }, created: new Date(created) }
}

/** Members are named one by one, so that no private one can slip through. */
export function publicHalf(jwk: SigningKeyRow['jwk']): JWK {
  return { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y } as JWK
}

export async function importKey(jwk: JWK | SigningKeyRow['jwk']): Promise<CryptoKey> {
  return (await importJWK(jwk as JWK, signingAlgorithm)) as CryptoKey
}
