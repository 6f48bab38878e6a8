import type { RecordSecurityEvent, SecurityFact } from '#audit/security-event.ts'
import type { Account } from '../account.ts'
import { keyedDigest } from './secrets.ts'

/** What an auditor reads of how people sign in. Resolves when it is durable. */
export interface SignInLog {
  /** In the log of the clinic it was for, else in those of all where the account is somebody. */
  record(entry: SignInEntry): Promise<void>
}

export interface SignInEntry
  extends Pick<
    SecurityFact,
    'deed' | 'failure' | 'description' | 'details' | 'about' | 'patient' | 'clientId'
  > {
  readonly clinic?: string | undefined
  readonly account?: Account | undefined
  /** What was typed where nobody has it; kept as a digest. */
  readonly tried?: string | undefined
  readonly address: string | undefined
  readonly requestId?: string
}

export function createSignInLog(record: RecordSecurityEvent, key: Uint8Array): SignInLog {
  return {
    async record({ clinic, account, tried, address, ...fact }) {
      const clinics =
        clinic !== undefined ? [clinic] : (account?.memberships.map(({ tenant }) => tenant) ?? [])
      const unknown =
        tried === undefined ? undefined : keyedDigest(key, 'tried', tried).toString('hex').slice(0, 16)
      const name = account?.id ?? unknown
      for (const tenant of clinics.length === 0 ? ['main'] : clinics) {
        const membership = account?.memberships.find((one) => one.tenant === tenant)
        await record(tenant, {
          ...fact,
          ...(address === undefined ? {} : { address }),
          ...(name === undefined
            ? {}
            : {
                user: {
                  account: name,
                  ...(account === undefined ? {} : { name: account.displayName }),
                  ...(membership?.fhirUser === undefined ? {} : { reference: membership.fhirUser }),
                  ...(membership === undefined ? {} : { roles: membership.roles }),
                },
              }),
        })
      }
    },
  }
}
