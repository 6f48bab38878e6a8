import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ElementDefinition } from '#fhir/definitions.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { loadTerminology } from '#fhir/terminology/load-terminology.ts'

const terminology = loadTerminology()
const definitions = loadDefinitions()
const fhir = (name: string) => `http://hl7.org/fhir/ValueSet/${name}`

describe('the value sets shipped with the server', () => {
  test('know the codes of a required binding, with its version or without', () => {
    for (const name of [fhir('administrative-gender'), `${fhir('administrative-gender')}|4.0.1`]) {
      const codes = terminology.codes(name)
      expect(codes?.has(undefined, 'female')).toBe(true)
      expect(codes?.has('http://hl7.org/fhir/administrative-gender', 'female')).toBe(true)
      expect(codes?.has(undefined, 'woman')).toBe(false)
      expect(codes?.has('http://elsewhere', 'female')).toBe(false)
    }
    expect(terminology.codes(`${fhir('administrative-gender')}|5.0.0`)).toBeUndefined()
  })

  test('draw parts of a code system by its hierarchy, and leave out what is excluded', () => {
    const codes = terminology.codes(fhir('encounter-participant-type'))
    const participation = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType'
    expect(codes?.has(participation, 'ATND')).toBe(true)
    expect(codes?.has(participation, 'AUT')).toBe(false)
    const marital = terminology.codes(fhir('marital-status'))
    expect(marital?.has('http://terminology.hl7.org/CodeSystem/v3-NullFlavor', 'UNK')).toBe(true)
  })

  test.each([
    [
      'mimetypes',
      ['text/plain', 'application/fhir+json', 'text/html; charset=utf-8', 'json'],
      ['text plain', ''],
    ],
    ['all-languages', ['de', 'de-CH', 'zh-Hant-TW', 'x-clinic'], ['german!', 'd', 'de_CH']],
    ['ucum-units', ['mg/dL', '10*3/uL', '{score}', 'mm[Hg]'], ['mg / dL', '']],
    ['currencies', ['EUR', 'CHF', 'USD'], ['EURO', 'eur']],
  ])('tell %s by the form of a code', (name, right, wrong) => {
    const codes = terminology.codes(fhir(name))
    for (const code of right) expect(codes?.has(undefined, code), code).toBe(true)
    for (const code of wrong) expect(codes?.has(undefined, code), code).toBe(false)
  })

  test('do not judge what hangs on a code system that is not here, or not whole', () => {
    for (const name of ['condition-code', 'observation-codes', 'service-type', 'no-such-set'])
      expect(terminology.codes(fhir(name)), name).toBeUndefined()
  })

  test('answer for every required binding of every resource type but those nobody publishes', () => {
    const bound = new Set<string>()
    const visit = (elements: readonly ElementDefinition[]): void => {
      for (const { binding, children = [] } of elements) {
        if (binding?.strength === 'required') bound.add(binding.valueSet)
        visit(children)
      }
    }
    for (const type of definitions.resourceTypes) visit(definitions.type(type).elements)
    expect(bound.size).toBeGreaterThan(200)
    expect([...bound].filter((valueSet) => terminology.codes(valueSet) === undefined)).toEqual([
      'http://loinc.org/vs/LL379-9|4.0.1',
    ])
  })

  test('are small, and each is found by its URL', () => {
    let size = 0
    for (const folder of ['value-sets', 'code-systems']) {
      const path = new URL(`../../../fhir-profiles/r4/${folder}/`, import.meta.url)
      for (const file of readdirSync(path)) {
        const text = readFileSync(new URL(file, path), 'utf8')
        size += text.length
        const { url } = JSON.parse(text)
        const found = folder === 'value-sets' ? terminology.valueSet(url) : terminology.codeTable(url)
        expect(found?.url, file).toBe(url)
      }
    }
    expect(size).toBeLessThan(6_000_000)
  })

  test('are not found by names that lead out of their folder', () => {
    expect(terminology.valueSet('../code-systems/administrative-gender')).toBeUndefined()
    expect(terminology.codeTable(`http://hl7.org/fhir/${'x'.repeat(5000)}`)).toBeUndefined()
  })
})
