import type { Resource } from '#fhir/resource.ts'
import type { Change } from '#interaction/write-rule.ts'

/** What stood before a change, also where the writer does not see it all; a deleted version stands for nothing. */
export function resourceBefore({ before }: Change): Resource | undefined {
  return before === undefined || before.deleted
    ? undefined
    : (JSON.parse(before.whole ?? before.text) as Resource)
}
