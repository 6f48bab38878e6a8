import type { Principal } from '#access/principal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { BrokenRule } from '../advice.ts'
import { extensionOf, extensionsOf, extensionUrls } from '../known-extensions.ts'

export interface Override {
  readonly rule: string
  readonly reason: string
}

/** What the appointment itself says of rules that shall not count for it. */
export function overridesOf(appointment: Resource): readonly Override[] {
  return extensionsOf(appointment, extensionUrls.overrideReason).flatMap((one) => {
    const rule = extensionOf(one, 'rule')?.valueString
    const reason = extensionOf(one, 'reason')?.valueString
    return typeof rule === 'string' && typeof reason === 'string' && reason.trim() !== ''
      ? [{ rule, reason }]
      : []
  })
}

/** The reason for which the rule does not count, if the caller may say so. */
export function overrideOf(
  { rule, overridableBy }: Pick<BrokenRule, 'rule' | 'overridableBy'>,
  overrides: readonly Override[],
  { roles }: Pick<Principal, 'roles'>,
): Override | undefined {
  if (!roles.some((role) => overridableBy.includes(role))) return undefined
  return overrides.find((one) => one.rule === rule)
}
