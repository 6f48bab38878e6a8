import { expect, test } from 'vitest'
import { listProfiles } from '#fhir/profiles/load-profiles.ts'
import type { ProfileElement } from '#fhir/profiles/profile.ts'
import { Refusal } from '#fhir/refusal.ts'
import { definitions, element, shipped } from './snapshots.ts'

const all = [...listProfiles()]

test('every definition that the server ships makes a snapshot', () => {
  expect(all.length).toBeGreaterThan(470)
  const wrong = all.flatMap((source) => {
    try {
      shipped.build(source)
      return []
    } catch (error) {
      if (error instanceof Refusal) return [`${source.url}: ${error.issues[0]?.diagnostics}`]
      throw error
    }
  })
  expect(wrong).toEqual([])
})

test('each has an id and, with its version, a URL of its own', () => {
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  expect(new Set(all.map(({ url, version }) => `${url}|${version}`)).size).toBe(all.length)
})

/** What narrowing means, asked again of the finished trees by other code than made them. */
function loosened(base: readonly ProfileElement[], made: readonly ProfileElement[], path: string): string[] {
  return made.flatMap((one, index) => {
    const before = base[index]
    if (before === undefined || before.name !== one.name) return [`${path}.${one.name} is out of place`]
    if (one === before) return []
    const at = `${path}.${one.name}`
    const found: string[] = []
    if (one.min < before.min) found.push(`${at} min`)
    if (one.max > before.max) found.push(`${at} max`)
    if (before.isChoice && one.types.some((type) => !before.types.includes(type))) found.push(`${at} types`)
    if (before.binding?.strength === 'required' && one.binding?.strength !== 'required')
      found.push(`${at} binding`)
    if (before.children !== undefined) found.push(...loosened(before.children, one.children ?? [], at))
    return found
  })
}

test('none of them loosens its type anywhere', () => {
  const found = all.flatMap((source) => {
    const made = shipped.build(source)
    return loosened(definitions.type(made.type).elements, made.elements, made.type)
  })
  expect(found).toEqual([])
})

test('blood pressure demands its two components by their codes', () => {
  const bp = shipped.profile('http://hl7.org/fhir/StructureDefinition/bp')
  const slices = bp && element(bp, 'component').slices
  expect(slices?.map(({ sliceName, min }) => [sliceName, min])).toEqual([
    ['SystolicBP', 1],
    ['DiastolicBP', 1],
  ])
  expect(bp && element(bp, 'category:VSCat').min).toBe(1)
})

test('an extension says where it may stand', () => {
  expect(shipped.profile('http://hl7.org/fhir/StructureDefinition/patient-birthPlace')?.contexts).toEqual([
    { type: 'element', expression: 'Patient' },
  ])
})
