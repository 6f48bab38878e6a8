import { createPrivateKey, createPublicKey } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { kidOf, makeSealingKey, publicPem, readPublicKey, type SealingKey } from './sealing-key.ts'
import type { TrustedKeys } from './verify-entry.ts'

/**
 * The keys that seals are signed with, as PEM files outside of the database: `current` names the one in use,
 * `{kid}.pem` is its private half, `{kid}.pub.pem` what may be given to anybody. Servers on several machines share one.
 */
export class KeyFolder {
  readonly #folder: string
  readonly #keys = new Map<string, SealingKey>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Made by whichever server starts first. */
  makeFirst(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    chmodSync(this.#folder, 0o700)
    if (existsSync(this.#path('current'))) return
    const mine = this.#store(makeSealingKey())
    const draft = this.#path(`current.${process.pid}`)
    writeFileSync(draft, mine.kid)
    try {
      linkSync(draft, this.#path('current'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      this.#remove(mine.kid)
    } finally {
      rmSync(draft)
    }
  }

  /** Read anew each time, so that a rotation reaches servers that run. */
  current(): SealingKey {
    const kid = readFileSync(this.#path('current'), 'utf8').trim()
    const key = this.keyOf(kid)
    if (key === undefined) throw new Error(`The key folder names ${kid} as current and does not hold it`)
    return key
  }

  keyOf(kid: string): SealingKey | undefined {
    let key = this.#keys.get(kid)
    if (key === undefined && /^[0-9a-f]{32}$/.test(kid) && existsSync(this.#path(`${kid}.pem`))) {
      const privateKey = createPrivateKey(readFileSync(this.#path(`${kid}.pem`)))
      const publicKey = createPublicKey(privateKey)
      key = { kid: kidOf(publicKey), privateKey, publicKey }
      this.#keys.set(kid, key)
    }
    return key
  }

  /** Seals are signed with a new key from now on; the old one signs it in, clinic by clinic. */
  rotate(): { readonly from: string; readonly to: string } {
    const from = this.current().kid
    const { kid: to } = this.#store(makeSealingKey())
    const draft = this.#path(`current.${process.pid}`)
    writeFileSync(draft, to)
    renameSync(draft, this.#path('current'))
    return { from, to }
  }

  trusted(): TrustedKeys {
    return readTrustedKeys(this.#folder)
  }

  #store(key: SealingKey): SealingKey {
    const pem = key.privateKey.export({ type: 'pkcs8', format: 'pem' })
    writeFileSync(this.#path(`${key.kid}.pem`), pem, { mode: 0o600 })
    writeFileSync(this.#path(`${key.kid}.pub.pem`), publicPem(key.publicKey))
    return key
  }

  #remove(kid: string): void {
    rmSync(this.#path(`${kid}.pem`))
    rmSync(this.#path(`${kid}.pub.pem`))
  }

  #path(name: string): string {
    return join(this.#folder, name)
  }
}

/** Every public key of a folder. */
export function readTrustedKeys(folder: string): TrustedKeys {
  const files = readdirSync(folder).filter((name) => name.endsWith('.pub.pem'))
  const keys = files.map((name) => readPublicKey(readFileSync(join(folder, name), 'utf8')))
  return new Map(keys.map((key) => [kidOf(key), key]))
}
