import { createHash } from 'node:crypto'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { Account } from '../account.ts'
import type { AskRows } from './rows.ts'

export interface Passkeys {
  ofAccount(account: string): Promise<readonly KnownPasskey[]>
  /** What the browser is asked to make; remember its challenge. */
  offerNew(account: Account, origin: string): Promise<PasskeyOffer>
  /** False: the browser's answer does not fit. */
  add(account: Account, origin: string, challenge: string, answer: string, name: string): Promise<boolean>
  /** Of one account, or of whoever comes. */
  offerSignIn(origin: string, account?: string): Promise<PasskeyOffer>
  /** Whose it is; undefined: it does not fit. */
  check(origin: string, challenge: string, answer: string): Promise<string | undefined>
  remove(account: string, id: string): Promise<boolean>
}

export interface KnownPasskey {
  readonly id: string
  readonly name: string
  readonly created: Date
  readonly used?: Date
}

export interface PasskeyOffer {
  /** JSON for navigator.credentials. */
  readonly options: string
  readonly challenge: string
}

interface Row {
  readonly id: string
  readonly account: string
  readonly public_key: Buffer
  readonly counter: string
  readonly transports: string[]
}

/** Fingerprint, face or PIN as well as the device: two factors in one. */
const userVerification = 'required'

/** Read when the first passkey is met: a start does not wait for it. */
const loadWebAuthn = () => import('@simplewebauthn/server')

export function createPasskeys(ask: AskRows): Passkeys {
  const rowsOf = (account: string) =>
    ask<Row>('select id, account, public_key, counter, transports from passkey where account = $1', [account])
  return {
    async ofAccount(account) {
      const rows = await ask<{ id: string; name: string; created: Date; used: Date | null }>(
        'select id, name, created, used from passkey where account = $1 order by created',
        [account],
      )
      return rows.map(({ used, ...row }) => (used === null ? row : { ...row, used }))
    },
    async offerNew(account, origin) {
      const known = await rowsOf(account.id)
      const { generateRegistrationOptions } = await loadWebAuthn()
      const options = await generateRegistrationOptions({
        rpName: 'Almanac',
        rpID: new URL(origin).hostname,
        userName: account.email,
        userDisplayName: account.displayName,
        // Not the account's id: it is the `sub` of id tokens, and this one ends up on the device.
        userID: new Uint8Array(createHash('sha256').update(`passkey ${account.id}`).digest()),
        attestationType: 'none',
        excludeCredentials: known.map(({ id, transports }) => ({ id, transports })),
        authenticatorSelection: { residentKey: 'required', userVerification },
      })
      return { options: JSON.stringify(options), challenge: options.challenge }
    },
    async add(account, origin, challenge, answer, name) {
      const response = readAnswer<RegistrationResponseJSON>(answer)
      if (response === undefined) return false
      const { verifyRegistrationResponse } = await loadWebAuthn()
      const outcome = await verifyRegistrationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: origin,
        expectedRPID: new URL(origin).hostname,
        requireUserVerification: true,
      }).catch(() => undefined)
      if (outcome?.verified !== true) return false
      const { id, publicKey, counter, transports = [] } = outcome.registrationInfo.credential
      const added = await ask(
        `insert into passkey (id, account, public_key, counter, transports, name) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing returning id`,
        [id, account.id, Buffer.from(publicKey), counter, transports, name],
      )
      return added.length === 1
    },
    async offerSignIn(origin, account) {
      const known = account === undefined ? [] : await rowsOf(account)
      const { generateAuthenticationOptions } = await loadWebAuthn()
      const options = await generateAuthenticationOptions({
        rpID: new URL(origin).hostname,
        userVerification,
        allowCredentials: known.map(({ id, transports }) => ({ id, transports })),
      })
      return { options: JSON.stringify(options), challenge: options.challenge }
    },
    async check(origin, challenge, answer) {
      const response = readAnswer<AuthenticationResponseJSON>(answer)
      if (response === undefined) return undefined
      const [row] = await ask<Row>(
        'select id, account, public_key, counter, transports from passkey where id = $1',
        [response.id],
      )
      if (row === undefined) return undefined
      const { id, transports } = row
      const { verifyAuthenticationResponse } = await loadWebAuthn()
      const outcome = await verifyAuthenticationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: origin,
        expectedRPID: new URL(origin).hostname,
        credential: {
          id,
          publicKey: new Uint8Array(row.public_key),
          counter: Number(row.counter),
          transports,
        },
        requireUserVerification: true,
      }).catch(() => undefined)
      if (outcome?.verified !== true) return undefined
      await ask('update passkey set counter = $2, used = now() where id = $1', [
        id,
        outcome.authenticationInfo.newCounter,
      ])
      return row.account
    },
    async remove(account, id) {
      const rows = await ask('delete from passkey where account = $1 and id = $2 returning id', [account, id])
      return rows.length === 1
    },
  }
}

function readAnswer<T extends { readonly id: string }>(text: string): T | undefined {
  try {
    const answer: unknown = JSON.parse(text)
    return typeof (answer as T | null)?.id === 'string' ? (answer as T) : undefined
  } catch {
    return undefined
  }
}
