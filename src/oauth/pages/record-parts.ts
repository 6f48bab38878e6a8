/** Of what an app asks for. */
interface Asked {
  readonly type: string
  readonly criteria: string
}

export type Part =
  | 'laboratory'
  | 'vital-signs'
  | 'social-history'
  | 'survey'
  | 'problem-list-item'
  | 'encounter-diagnosis'

/** Kinds of records that people share a part of: SMART's granular scopes, by the categories of US Core. */
const categories: Readonly<Record<string, { readonly system: string; readonly codes: readonly Part[] }>> = {
  Observation: {
    system: 'http://terminology.hl7.org/CodeSystem/observation-category',
    codes: ['laboratory', 'vital-signs', 'social-history', 'survey'],
  },
  Condition: {
    system: 'http://terminology.hl7.org/CodeSystem/condition-category',
    codes: ['problem-list-item', 'encounter-diagnosis'],
  },
}

/** Codes of the parts that somebody may choose from; none where the app itself asks for a part. */
export function partsOf({ type, criteria }: Asked): readonly Part[] {
  return criteria === '' ? (categories[type]?.codes ?? []) : []
}

/** What narrows a scope to the part. */
export function criteriaOf({ type }: Pick<Asked, 'type'>, code: Part): string {
  return `?category=${categories[type]?.system}|${code}`
}
