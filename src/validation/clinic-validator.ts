import type { Issue } from '#fhir/refusal.ts'
import type { Lookups } from './lookups.ts'
import type { Validator } from './validator.ts'

/** Against what a clinic knows. At once when that is at hand. */
export interface ClinicValidator {
  validate(
    resource: unknown,
    tenant: string,
    options?: { readonly type?: string; readonly profiles?: readonly string[] },
  ): readonly Issue[] | Promise<readonly Issue[]>
}

export function createClinicValidator(
  validator: Validator,
  lookupsOf: (tenant: string) => Lookups | Promise<Lookups>,
): ClinicValidator {
  return {
    validate(resource, tenant, options) {
      const found = lookupsOf(tenant)
      if (!(found instanceof Promise)) return validator.validate(resource, { ...options, lookups: found })
      return found.then((lookups) => validator.validate(resource, { ...options, lookups }))
    },
  }
}
