import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Refusal } from '#fhir/refusal.ts'

/** https://developers.google.com/identity/protocols/oauth2/service-account, the key file as Google hands it out. */
export interface GoogleServiceAccount {
  readonly type: 'service_account'
  readonly client_email: string
  readonly private_key: string
  readonly private_key_id?: string
  /** On whose behalf, where the domain has delegated that. */
  readonly subject?: string
}

/** Somebody's own consent, as Google's tools keep it. */
export interface GoogleUser {
  readonly type: 'authorized_user'
  readonly client_id: string
  readonly client_secret: string
  readonly refresh_token: string
}

export type GoogleAccount = (GoogleServiceAccount | GoogleUser) & {
  readonly token_uri: string
  readonly api: string
}

/** An app registered with Microsoft Entra that may read free and busy time (Calendars.ReadBasic). */
export interface MicrosoftAccount {
  readonly tenant_id: string
  readonly client_id: string
  readonly client_secret: string
  readonly authority: string
  readonly api: string
}

export interface CalendarAccounts {
  readonly google?: GoogleAccount
  readonly microsoft?: MicrosoftAccount
}

const vendors = {
  google: { api: 'https://www.googleapis.com', token_uri: 'https://oauth2.googleapis.com/token' },
  microsoft: { api: 'https://graph.microsoft.com', authority: 'https://login.microsoftonline.com' },
}
type Vendor = keyof typeof vendors

/** With what each clinic asks Google and Microsoft: docs/api/external-calendars.md. No fault repeats what the file says. */
export function loadCalendarAccounts(file: string | undefined): ReadonlyMap<string, CalendarAccounts> {
  if (file === undefined) return new Map()
  return new Map(
    Object.entries(fields(readJson(file))).map(([clinic, one]) => [clinic, accounts(one, clinic)]),
  )
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'it is no JSON' : (cause as NodeJS.ErrnoException).code
    throw fault(`cannot be read: ${reason}`)
  }
}

function accounts(written: unknown, clinic: string): CalendarAccounts {
  const entries = Object.entries(fields(written)).map(([vendor, account]) => {
    if (!(vendor in vendors)) throw fault(`names a vendor for ${clinic} that is neither google nor microsoft`)
    return [vendor, readAccount(vendor as Vendor, fields(account), clinic)]
  })
  return Object.fromEntries(entries)
}

function readAccount(vendor: Vendor, written: Readonly<Record<string, unknown>>, clinic: string): object {
  const account: Readonly<Record<string, unknown>> = { ...vendors[vendor], ...written }
  const needed = Object.keys(vendors[vendor]).concat(needs(vendor, account.type))
  const missing = needed.filter((name) => typeof account[name] !== 'string' || account[name] === '')
  if (missing.length > 0) throw fault(`lacks ${missing.join(', ')} of ${vendor} for ${clinic}`)
  if (account.private_key !== undefined) checkKey(String(account.private_key), clinic)
  return account
}

function needs(vendor: Vendor, type: unknown): readonly string[] {
  if (vendor === 'microsoft') return ['tenant_id', 'client_id', 'client_secret']
  if (type === 'service_account') return ['client_email', 'private_key']
  if (type === 'authorized_user') return ['client_id', 'client_secret', 'refresh_token']
  throw fault('has a type of google account that is neither service_account nor authorized_user')
}

function checkKey(key: string, clinic: string): void {
  try {
    if (createPrivateKey(key).asymmetricKeyType === 'rsa') return
  } catch {
    // Told below, without the key.
  }
  throw fault(`has a private_key for ${clinic} that is no RSA key`)
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw fault('is no object of clinics, each with google, microsoft or both')
  return value as Readonly<Record<string, unknown>>
}

function fault(what: string): Refusal {
  return new Refusal('unavailable', `The file that CALENDAR_ACCOUNTS names ${what}.`)
}
