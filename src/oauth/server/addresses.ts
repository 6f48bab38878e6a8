/** Where the clinics' FHIR bases are, seen from one origin. */
export interface Addresses {
  /** Undefined: not the FHIR base of a clinic here. */
  tenantOf(base: string): string | undefined
  baseOf(tenant: string): string
}

export interface ClinicPaths {
  readonly isClinic: (name: string) => boolean
  /** Path of a clinic's FHIR base. */
  readonly pathOf: (tenant: string) => string
}

export function addressesAt(origin: string, { isClinic, pathOf }: ClinicPaths): Addresses {
  return {
    baseOf: (tenant) => `${origin}${pathOf(tenant)}`,
    tenantOf(base) {
      const url = trim(base)
      const name = /\/c\/([a-z0-9][a-z0-9-]{0,62})\/fhir$/.exec(url)?.[1] ?? 'main'
      return isClinic(name) && url === `${origin}${pathOf(name)}` ? name : undefined
    },
  }
}

/** SMART compares an audience without the slash at its end; with more of them it is another address. */
export function trim(url: string): string {
  return url.endsWith('/') && !url.endsWith('//') ? url.slice(0, -1) : url
}
