import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Refusal } from '#fhir/refusal.ts'
import type { CodeSystem } from '#fhir/terminology/code-system.ts'
import { extendTerminology } from '#fhir/terminology/extend-terminology.ts'
import { loadTerminology } from '#fhir/terminology/load-terminology.ts'
import type { Inclusion, ValueSet } from '#fhir/terminology/value-set.ts'

const shipped = loadTerminology()

function set(url: string, include: readonly Inclusion[], exclude?: readonly Inclusion[]): ValueSet {
  return { resourceType: 'ValueSet', url, compose: { include, ...(exclude && { exclude }) } }
}

const visits: CodeSystem = {
  resourceType: 'CodeSystem',
  url: 'urn:visits',
  content: 'complete',
  concept: [
    {
      code: 'visit',
      display: 'Visit',
      property: [{ code: 'notSelectable', valueBoolean: true }],
      concept: [
        { code: 'first', display: 'First visit', concept: [{ code: 'first-child' }] },
        { code: 'review', display: 'Review', property: [{ code: 'status', valueCode: 'retired' }] },
      ],
    },
    { code: 'phone', display: 'By phone', property: [{ code: 'parent', valueCode: 'review' }] },
    { code: 'other' },
  ],
}

function codesOf(valueSet: ValueSet, others: readonly ValueSet[] = []): readonly string[] | undefined {
  const terminology = extendTerminology(shipped, [valueSet, ...others], [visits])
  return terminology.expand(valueSet.url ?? '')?.map(({ code }) => code)
}

function filtered(property: string, op: string, value: string): readonly string[] | undefined {
  return codesOf(set('urn:set', [{ system: 'urn:visits', filter: [{ property, op, value }] }]))
}

describe('a value set is expanded', () => {
  test('to the whole code system, in its order', () => {
    const whole = set('urn:set', [{ system: 'urn:visits' }])
    expect(codesOf(whole)).toEqual(['visit', 'first', 'first-child', 'review', 'phone', 'other'])
    const [visit, , , review] = extendTerminology(shipped, [whole], [visits]).expand('urn:set') ?? []
    expect(visit).toEqual({ system: 'urn:visits', code: 'visit', display: 'Visit', abstract: true })
    expect(review).toMatchObject({ code: 'review', inactive: true })
  })

  test.each([
    ['concept', 'is-a', 'first', ['first', 'first-child']],
    ['concept', 'descendent-of', 'visit', ['first', 'first-child', 'review', 'phone']],
    ['concept', 'is-not-a', 'visit', ['other']],
    ['concept', 'generalizes', 'phone', ['visit', 'review', 'phone']],
    ['concept', 'in', 'other, first', ['first', 'other']],
    ['concept', 'not-in', 'visit,first,first-child,review', ['phone', 'other']],
    ['concept', 'is-a', 'nothing', []],
    ['parent', '=', 'visit', ['first', 'review']],
    ['status', '=', 'retired', ['review']],
    ['status', 'exists', 'true', ['review']],
  ])('by the filter %s %s %s', (property, op, value, codes) => {
    expect(filtered(property, op, value)).toEqual(codes)
  })

  test('refusing a filter that it does not understand', () => {
    expect(() => filtered('code', 'regex', '(a+)+$')).toThrow(/not understood here/)
  })

  test('to what all of several named sets hold, without what is excluded', () => {
    const some = set('urn:some', [{ system: 'urn:visits', concept: [{ code: 'first' }, { code: 'other' }] }])
    const more = set(
      'urn:more',
      [{ system: 'urn:visits' }],
      [{ system: 'urn:visits', concept: [{ code: 'first' }] }],
    )
    expect(codesOf(more)).not.toContain('first')
    expect(codesOf(set('urn:both', [{ valueSet: ['urn:some', 'urn:more'] }]), [some, more])).toEqual([
      'other',
    ])
    expect(
      codesOf(set('urn:either', [{ valueSet: ['urn:some'] }, { valueSet: ['urn:more'] }]), [some, more]),
    ).toHaveLength(6)
  })

  test('with a display of its own where it gives one', () => {
    const own = set('urn:set', [
      { system: 'urn:visits', concept: [{ code: 'first', display: 'Erstbesuch' }] },
    ])
    expect(extendTerminology(shipped, [own], [visits]).expand('urn:set')).toEqual([
      { system: 'urn:visits', code: 'first', display: 'Erstbesuch' },
    ])
  })

  test('never around in a circle', () => {
    const a = set('urn:a', [{ valueSet: ['urn:b'] }])
    const b = set('urn:b', [{ valueSet: ['urn:c'] }])
    const c = set('urn:c', [{ system: 'urn:visits' }], [{ valueSet: ['urn:a'] }])
    const terminology = extendTerminology(shipped, [a, b, c], [visits])
    expect(() => terminology.expand('urn:a')).toThrow('includes itself: urn:a → urn:b → urn:c → urn:a')
    expect(terminology.codes('urn:a')).toBeUndefined()
  })

  test('not through endless doubling', () => {
    const chain = Array.from({ length: 30 }, (_, at) =>
      set(`urn:${at}`, [{ valueSet: [`urn:${at + 1}`] }, { valueSet: [`urn:${at + 1}`] }]),
    )
    const end = set('urn:30', [{ system: 'urn:visits' }])
    expect(extendTerminology(shipped, [...chain, end], [visits]).expand('urn:0')).toHaveLength(6)
    const deep = Array.from({ length: 1000 }, (_, at) => set(`urn:${at}`, [{ valueSet: [`urn:${at + 1}`] }]))
    expect(() => extendTerminology(shipped, deep, []).expand('urn:0')).toThrow(/deep/)
  })

  test('up to a limit: a million codes are too many, and are refused', () => {
    const concept = Array.from({ length: 1_000_000 }, (_, at) => ({ code: `c${at}` }))
    const huge = set('urn:huge', [{ system: 'urn:elsewhere', concept }])
    expect(() => codesOf(huge)).toThrow(Refusal)
  })

  test('but what FHIR itself ships is not replaced by a clinic’s own', () => {
    const url = 'http://hl7.org/fhir/ValueSet/administrative-gender'
    const loose = set(url, [{ system: 'urn:visits' }])
    const terminology = extendTerminology(shipped, [loose], [visits])
    expect(terminology.codes(url)?.has(undefined, 'first')).toBe(false)
    expect(terminology.codes(url)?.has(undefined, 'male')).toBe(true)
  })
})

describe('a hierarchy', () => {
  test('that bites its tail ends all the same', () => {
    const round: CodeSystem = {
      resourceType: 'CodeSystem',
      url: 'urn:round',
      concept: ['a', 'b', 'c'].map((code, at) => ({
        code,
        property: [{ code: 'parent', valueCode: ['b', 'c', 'a'][at] }],
      })),
    }
    const terminology = extendTerminology(shipped, [], [round])
    expect(terminology.below('urn:round', 'a')?.toSorted()).toEqual(['a', 'b', 'c'])
    expect(terminology.above('urn:round', 'a')?.toSorted()).toEqual(['a', 'b', 'c'])
  })

  test('has below a code just those that have it above them', () => {
    const tree = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(tree, (parents) => {
        const concept = parents.map((parent, at) => ({
          code: `${at}`,
          property: [{ code: 'parent', valueCode: `${parent % parents.length}` }],
        }))
        const system: CodeSystem = { resourceType: 'CodeSystem', url: 'urn:tree', concept }
        const terminology = extendTerminology(shipped, [], [system])
        for (const { code } of concept)
          for (const other of terminology.below('urn:tree', code) ?? [])
            expect(terminology.above('urn:tree', other)).toContain(code)
      }),
    )
  })

  test('of a system that does not care for case finds codes in any', () => {
    const system: CodeSystem = {
      resourceType: 'CodeSystem',
      url: 'urn:loud',
      caseSensitive: false,
      concept: [{ code: 'Yes' }],
    }
    const terminology = extendTerminology(shipped, [set('urn:set', [{ system: 'urn:loud' }])], [system])
    expect(terminology.codes('urn:set')?.has('urn:loud', 'YES')).toBe(true)
    expect(terminology.below('urn:loud', 'yES')).toEqual(['Yes'])
  })
})
