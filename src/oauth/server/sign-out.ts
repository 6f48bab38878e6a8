import type { KoaContextWithOIDC } from 'oidc-provider'
import { buildPageHeaders } from '../pages/page-headers.ts'
import { askToSignOut, tellSignedOut } from '../pages/protocol-pages.ts'

interface SignOutState {
  readonly secret: string
  readonly postLogoutRedirectUri?: string
}

/** https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout: the user is asked, and a form may lead on to the app. */
export function showSignOut(ctx: KoaContextWithOIDC): void {
  const { session, client, provider } = ctx.oidc
  const { secret, postLogoutRedirectUri } = (session?.state ?? {}) as Partial<SignOutState>
  const action = `${provider.issuer}/end-session/confirm`
  const targets = postLogoutRedirectUri === undefined ? [] : [postLogoutRedirectUri]
  ctx.set(buildPageHeaders(action.startsWith('https:'), targets))
  ctx.type = 'html'
  const ask = {
    ...{ action, xsrf: secret ?? '', signedIn: session?.accountId !== undefined },
    app: client?.clientName ?? client?.clientId,
  }
  ctx.body = askToSignOut(ask, ctx.get('accept-language'))
}

export function showSignedOut(ctx: KoaContextWithOIDC): void {
  ctx.set(buildPageHeaders(ctx.oidc.provider.issuer.startsWith('https:')))
  ctx.type = 'html'
  ctx.body = tellSignedOut(ctx.get('accept-language'))
}

/** Without a session oidc-provider answers with a form that a script sends off: no page here has a script of its own. */
export async function showSignOutAnyhow(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next()
  if (ctx.oidc?.route !== 'end_session' || ctx.status !== 200) return
  if (ctx.oidc.session?.accountId === undefined && ctx.oidc.session?.state !== undefined) showSignOut(ctx)
}
