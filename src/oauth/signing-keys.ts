import type { CryptoKey } from 'jose'
import type { SigningKeyRow, SigningKeyRows } from '#store/signing-keys.ts'
import { buildKeyRow, importKey, longestTokenLifeSeconds, publicHalf } from './key-material.ts'

export interface SigningKeys {
  /** The newest key that is not retired. */
  signingKey(): Promise<SigningKey>
  /** Undefined: no such key, or one whose last token has expired. */
  verificationKey(kid: string): Promise<CryptoKey | undefined>
  /** Public halves as JSON text, for the JWKS route. */
  jwks(): Promise<string>
  /** Signs with a fresh key from now on; what the old one signed is good until it expires. Gives the new kid. */
  rotate(): Promise<string>
}

export interface SigningKey {
  readonly kid: string
  readonly key: CryptoKey
}

export interface SigningKeysOptions {
  readonly rows: SigningKeyRows
  readonly now?: () => number
}

interface Loaded {
  readonly rows: readonly SigningKeyRow[]
  readonly publicKeys: ReadonlyMap<string, CryptoKey>
}

/** What a rotation in another process takes to be seen here by the requests that do not depend on it. */
const staleAfterMs = 60_000
/** A kid nobody knows is worth one look at the database in this time, however many tokens claim it. */
const unknownKidAfterMs = 5_000

/** Opens the keys, making the first one when the database has none. */
export async function openSigningKeys(options: SigningKeysOptions): Promise<SigningKeys> {
  const { rows, now = Date.now } = options
  const isInUse = (row: SigningKeyRow): boolean =>
    row.retired === undefined || row.retired.getTime() > now() - longestTokenLifeSeconds * 1_000

  async function load(): Promise<Loaded> {
    const current = (await rows.load()).filter(isInUse)
    const publicKeys = current.map(async (row) => [row.kid, await importKey(publicHalf(row.jwk))] as const)
    return { rows: current, publicKeys: new Map(await Promise.all(publicKeys)) }
  }

  let loaded = await load()
  if (!loaded.rows.some((row) => row.retired === undefined)) {
    await rows.addFirst(await buildKeyRow(now()))
    loaded = await load()
  }
  let askedAt = now()
  let loading: Promise<Loaded> | undefined

  /** Keys no older than `age`; concurrent callers share one query. */
  async function keysNoOlderThan(age: number): Promise<Loaded> {
    if (loading !== undefined) return loading
    if (now() - askedAt <= age) return loaded
    askedAt = now()
    loading = load().finally(() => {
      loading = undefined
    })
    loaded = await loading
    return loaded
  }

  return {
    async signingKey() {
      const row = (await keysNoOlderThan(unknownKidAfterMs)).rows
        .filter((candidate) => candidate.retired === undefined)
        .toSorted((a, b) => b.created.getTime() - a.created.getTime())[0]
      if (row === undefined) throw new Error('every signing key is retired')
      return { kid: row.kid, key: await importKey(row.jwk) }
    },
    async verificationKey(kid) {
      const age = loaded.publicKeys.has(kid) ? staleAfterMs : unknownKidAfterMs
      return (await keysNoOlderThan(age)).publicKeys.get(kid)
    },
    async jwks() {
      const current = await keysNoOlderThan(unknownKidAfterMs)
      const keys = current.rows.map(({ kid, jwk }) => ({ ...publicHalf(jwk), kid, alg: 'ES256', use: 'sig' }))
      return JSON.stringify({ keys })
    },
    async rotate() {
      const row = await buildKeyRow(now())
      await rows.rotate(row)
      loaded = await load()
      askedAt = now()
      return row.kid
    },
  }
}
