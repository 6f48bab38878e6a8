import type { Config } from './config.ts'

/** Path of a clinic's FHIR base. */
export function pathOf(tenant: string): string {
  return tenant === 'main' ? '/fhir' : `/c/${tenant}/fhir`
}

/** The URLs under which a clinic's own resources may be named; `port` is the one that is listened on. */
export function clinicBases(
  { publicUrl, host }: Pick<Config, 'publicUrl' | 'host'>,
  port: number,
  tenant: string,
): readonly string[] {
  const origins =
    publicUrl !== undefined
      ? [publicUrl]
      : [...new Set([host, '127.0.0.1', 'localhost'])].map((name) => `http://${name}:${port}`)
  return origins.map((origin) => `${origin}${pathOf(tenant)}`)
}
