import type { AppOptions } from '../../src/app.ts'
import type { Account } from '../../src/oauth/account.ts'
import { readForm } from '../../src/oauth/read-bytes.ts'

/** Stands in for the pages where people sign in: a form posted to the interaction says who it is and what they agree to. */
export function testPeople(accounts: ReadonlyMap<string, Account>): NonNullable<AppOptions['people']> {
  return ({ interactions, sessions }) => ({
    findAccount: async (id) => accounts.get(id),
    roads: [
      async (exchange) => {
        const { req, res, path } = exchange
        if (path === '/oauth/account') {
          res.end(JSON.stringify((await sessions.current(exchange)) ?? {}))
          return true
        }
        if (!path.startsWith('/oauth/interaction/')) return false
        if (req.method === 'GET') {
          res.setHeader('Content-Type', 'application/json')
          res.end(JSON.stringify(await interactions.load(exchange)))
          return true
        }
        const form = await readForm(req)
        const account = form.get('account')
        const patient = form.get('patient')
        const next = form.has('deny')
          ? await interactions.deny(exchange)
          : account !== null
            ? await interactions.finishSignIn(exchange, {
                accountId: account,
                amr: ['otp'],
                acr: 'urn:almanac:acr:1',
              })
            : await interactions.finishConsent(exchange, {
                scopes: (form.get('scopes') ?? '').split(' '),
                ...(patient === null ? {} : { patient }),
              })
        res.writeHead(303, { Location: next }).end()
        return true
      },
    ],
  })
}

export function buildAccounts(...list: readonly Account[]): ReadonlyMap<string, Account> {
  return new Map(list.map((account) => [account.id, account]))
}
