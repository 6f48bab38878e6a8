import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { bearerOf } from '../bearer.ts'

type Found = Awaited<ReturnType<Provider['InitialAccessToken']['find']>>

const brought = new WeakMap<object, NonNullable<Found>>()

/** Of who registers an app and shows that an admin lets them: known where registration is open to anyone, too. */
export function broughtToken({ req }: Pick<KoaContextWithOIDC, 'req'>): Found {
  return brought.get(req)
}

/** Where anyone may register, oidc-provider does not look at the initial access token that some bring. */
export async function takeBroughtToken(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  next: () => Promise<void>,
): Promise<void> {
  const token = bearerOf(ctx.get('authorization') || undefined)
  if (token === undefined || ctx.path !== '/register') return next()
  const found = await provider.InitialAccessToken.find(token)
  if (found === undefined) {
    ctx.status = 401
    ctx.set('WWW-Authenticate', 'Bearer error="invalid_token"')
    ctx.body = {
      error: 'invalid_token',
      error_description: 'the initial access token is unknown, used or has expired',
    }
    return
  }
  brought.set(ctx.req, found)
  await next()
  if (ctx.status === 201) await found.destroy()
}
