import type { KoaContextWithOIDC } from 'oidc-provider'
import type { LaunchContext } from './agreements.ts'
import { restoreScope } from './client-metadata.ts'

/** What oidc-provider leaves out: the launch context beside its token, and that nobody keeps the answer. */
export async function completeAnswer(
  ctx: KoaContextWithOIDC,
  next: () => Promise<void>,
  styleUrl: string,
  baseOf: (tenant: string) => string,
): Promise<void> {
  await next()
  const route = ctx.oidc?.route
  if (route === 'registration' && ctx.status === 201) {
    ctx.body = restoreScope(ctx.body as Record<string, unknown>)
    /** Good for one app. */
    await ctx.oidc.entities.InitialAccessToken?.destroy()
  }
  if (route === 'introspection') completeUser(ctx, baseOf)
  if (route === 'discovery') ctx.body = { ...(ctx.body as object), response_modes_supported: ['query'] }
  if (route !== 'token') return
  ctx.set('Pragma', 'no-cache')
  const extra = ctx.oidc.entities.AccessToken?.extra as (LaunchContext & { tenant?: string }) | undefined
  if (ctx.status !== 200 || extra === undefined) return
  const { patient, encounter, intent, need_patient_banner, fhirContext, tenant } = extra
  ctx.body = {
    ...(ctx.body as object),
    patient,
    encounter,
    intent,
    need_patient_banner,
    fhirContext,
    tenant,
    smart_style_url: styleUrl,
  }
}

/** As the id token says it. */
function completeUser(ctx: KoaContextWithOIDC, baseOf: (tenant: string) => string): void {
  const { fhirUser, tenant } = (ctx.body ?? {}) as { fhirUser?: string; tenant?: string }
  if (fhirUser !== undefined && tenant !== undefined) {
    ctx.body = { ...(ctx.body as object), fhirUser: `${baseOf(tenant)}/${fhirUser}` }
  }
}
