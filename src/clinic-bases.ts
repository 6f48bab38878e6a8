import type { Config } from './config.ts'

/** Path of a clinic's FHIR base. */
export function pathOf(tenant: string): string {
  return tenant === 'main' ? '/fhir' : `/c/${tenant}/fhir`
}

type Place = Pick<Config, 'publicUrl' | 'host'>

/** Every request asks; the port changes once, when it is known. */
const remembered = new WeakMap<Place, Map<string, readonly string[]>>()

/** The URLs under which a clinic's own resources may be named; `port` is the one that is listened on. */
export function clinicBases(place: Place, port: number, tenant: string): readonly string[] {
  const ofPlace = remembered.get(place) ?? new Map<string, readonly string[]>()
  remembered.set(place, ofPlace)
  const key = `${port}/${tenant}`
  const bases = ofPlace.get(key) ?? buildBases(place, port, tenant)
  ofPlace.set(key, bases)
  return bases
}

function buildBases({ publicUrl, host }: Place, port: number, tenant: string): readonly string[] {
  const origins =
    publicUrl !== undefined
      ? [publicUrl]
      : [...new Set([host, '127.0.0.1', 'localhost'])].map((name) => `http://${name}:${port}`)
  return origins.map((origin) => `${origin}${pathOf(tenant)}`)
}
