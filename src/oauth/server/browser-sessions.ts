import type Provider from 'oidc-provider'
import type { BrowserSessions } from '../interaction.ts'
import type { WebExchange } from '../web-exchange.ts'
import { sessionLifeSeconds } from './lifetimes.ts'
import { sessionCookie } from './session-cookie.ts'

/** The session of oidc-provider, for pages that stand beside it. */
export function createBrowserSessions(
  providerOf: (origin: string) => Promise<Provider>,
  endSession: (uid: string) => Promise<unknown>,
): BrowserSessions {
  const open = async ({ req, res, origin }: WebExchange) => {
    const provider = await providerOf(origin)
    const ctx = provider.createContext(req, res)
    return { provider, cookies: ctx.cookies, session: await provider.Session.get(ctx as never) }
  }
  return {
    async current(exchange) {
      const { session } = await open(exchange)
      const { accountId, uid, loginTs, amr, acr } = session
      if (accountId === undefined) return undefined
      return {
        uid,
        accountId,
        amr: amr ?? [],
        acr: acr ?? '',
        signedInAt: new Date((loginTs ?? 0) * 1_000),
      }
    },
    async start(exchange, { accountId, amr, acr }) {
      const { provider, cookies, session } = await open(exchange)
      if (session.accountId !== undefined) await endSession(session.uid)
      const fresh = new provider.Session()
      fresh.loginAccount({ accountId, amr: [...amr], acr, transient: false })
      await fresh.save(sessionLifeSeconds)
      cookies.set(provider.cookieName('session'), fresh.jti, {
        ...sessionCookie,
        expires: new Date(Date.now() + sessionLifeSeconds * 1_000),
      })
    },
    async end(exchange) {
      const { provider, cookies, session } = await open(exchange)
      if (session.accountId !== undefined) await endSession(session.uid)
      cookies.set(provider.cookieName('session'), null, sessionCookie)
    },
  }
}
