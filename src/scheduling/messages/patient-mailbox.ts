import type { Resource } from '#fhir/resource.ts'

interface ContactPoint {
  readonly system?: string
  readonly value?: string
  readonly use?: string
  readonly rank?: number
  readonly period?: { readonly end?: string }
}

const form = /^[^\s@<>",;:]{1,64}@[^\s@<>",;:]{1,190}$/

/** Where letters to a patient go now; undefined: nowhere, or there is nobody to read them. */
export function mailboxOfPatient(patient: Resource, now: Date): string | undefined {
  const { active, deceasedBoolean, deceasedDateTime, telecom = [] } = patient
  if (active === false || deceasedBoolean === true || deceasedDateTime !== undefined) return undefined
  return (telecom as readonly ContactPoint[])
    .filter(({ system, use, period }) => system === 'email' && use !== 'old' && !isOver(period?.end, now))
    .filter(({ value = '' }) => form.test(value))
    .toSorted((a, b) => (a.rank ?? unranked) - (b.rank ?? unranked))[0]?.value
}

const unranked = 1_000

function isOver(end: string | undefined, now: Date): boolean {
  return end !== undefined && end < now.toISOString().slice(0, end.length)
}

interface Communication {
  readonly preferred?: boolean
  readonly language?: { readonly coding?: readonly { readonly code?: string }[] }
}

/** `de-AT` → `de` */
export function languageOfPatient({ communication = [], language }: Resource): string | undefined {
  const spoken = communication as readonly Communication[]
  const preferred = spoken.find((one) => one.preferred) ?? spoken[0]
  return (preferred?.language?.coding?.[0]?.code ?? (language as string | undefined))?.split('-')[0]
}
