import type { Interval } from '../availability/interval.ts'
import { merge } from '../availability/interval.ts'
import { AccessTokens, type TokenQuestion } from './access-tokens.ts'
import { type BusySource, SourceFault } from './busy-source.ts'
import type { FetchLimits } from './guarded-request.ts'
import { mailboxOf } from './mailbox.ts'
import { askVendor, refusedWith, type VendorAnswer } from './vendor-json.ts'

/** A vendor whose interface tells when mailboxes are busy. */
export interface Vendor<Account> {
  readonly kind: string
  readonly name: string
  accountOf(clinic: string): Account | undefined
  token(account: Account): TokenQuestion
  /** Its question about one mailbox: address and body. */
  question(
    account: Account,
    mailbox: string,
    range: Interval,
  ): { readonly address: string; readonly body: object }
  /** What it answered; throws a SourceFault for what cannot be followed. */
  read(body: unknown): readonly Interval[]
}

const day = 86_400_000
/** Google takes ranges of some ninety days, Microsoft of 62. */
const longestRange = 60 * day
/** For all questions about a calendar together: less than its turn lasts. */
const patience = 60_000
const mostBusy = 20_000

/** Free and busy time as a vendor's own interface tells it: when, and nothing else. */
export function createVendorSource<Account>(vendor: Vendor<Account>, limits: FetchLimits): BusySource {
  const tokens = new AccessTokens(limits, Date.now)
  async function ask(
    account: Account,
    clinic: string,
    mailbox: string,
    range: Interval,
    signal: AbortSignal,
  ) {
    const { address, body } = vendor.question(account, mailbox, range)
    const once = async (): Promise<VendorAnswer> => {
      const token = await tokens.of(clinic, vendor.token(account), signal)
      const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
      return askVendor(address, { headers, body: JSON.stringify(body) }, limits, signal)
    }
    let answer = await once()
    if (answer.status === 401) {
      tokens.forget(clinic)
      answer = await once()
    }
    if (answer.status !== 200) throw refusedWith(answer)
    return vendor.read(answer.body)
  }
  return {
    kind: vendor.kind,
    tellsOwn: false,
    faultOf(address, clinic) {
      if (vendor.accountOf(clinic) === undefined)
        return `This clinic has no account with ${vendor.name}: whoever runs the server adds one (CALENDAR_ACCOUNTS).`
      return mailboxOf(address) === undefined
        ? `The address of a ${vendor.name} calendar is mailto: and its mailbox.`
        : undefined
    },
    async load({ address, range, clinic }) {
      const account = vendor.accountOf(clinic)
      const mailbox = mailboxOf(address)
      if (account === undefined || mailbox === undefined)
        throw new SourceFault(`This clinic has no account with ${vendor.name}.`)
      const signal = AbortSignal.timeout(patience)
      const busy: Interval[] = []
      for (let { start } = range; start < range.end; start += longestRange) {
        const part = { start, end: Math.min(start + longestRange, range.end) }
        busy.push(...(await ask(account, clinic, mailbox, part, signal)))
        if (busy.length > mostBusy) throw new SourceFault('The calendar has too many entries.')
      }
      return merge(
        busy.map(({ start, end }) => ({
          start: Math.max(start, range.start),
          end: Math.min(end, range.end),
        })),
      )
    },
  }
}
