import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import { applyJsonPatch } from '#interaction/patch/json-patch.ts'

function refusalOf(action: () => unknown): Refusal {
  try {
    action()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('the RFC 6902 operations', () => {
  const patient = () => ({
    resourceType: 'Patient',
    id: 'p1',
    active: true,
    name: [{ family: 'Okafor', given: ['Ada', 'Ngozi'] }],
    telecom: [{ system: 'phone', value: '1' }],
  })

  test('replace keeps the place of a member', () => {
    const patched = applyJsonPatch(patient(), [{ op: 'replace', path: '/active', value: false }])
    expect(JSON.stringify(patched)).toBe(JSON.stringify({ ...patient(), active: false }))
  })

  test('add puts into a list at an index, and at its end with a dash', () => {
    expect(
      applyJsonPatch(patient(), [
        { op: 'add', path: '/name/0/given/1', value: 'Chidi' },
        { op: 'add', path: '/name/0/given/-', value: 'Efe' },
      ]),
    ).toMatchObject({ name: [{ given: ['Ada', 'Chidi', 'Ngozi', 'Efe'] }] })
  })

  test('move and copy take a value from elsewhere, and what was copied stays apart', () => {
    const patched = applyJsonPatch(patient(), [
      { op: 'copy', from: '/name/0', path: '/name/1' },
      { op: 'replace', path: '/name/1/family', value: 'Bello' },
      { op: 'move', from: '/telecom/0', path: '/contact', value: 'ignored' },
    ])
    expect(patched).toMatchObject({ name: [{ family: 'Okafor' }, { family: 'Bello' }], telecom: [] })
  })

  test('test compares numbers by value and members in any order', () => {
    const document = { a: parseJson('[1.50, 1e2]'), b: { x: 1, y: [2] } }
    expect(() =>
      applyJsonPatch(document, [
        { op: 'test', path: '/a', value: [1.5, 100] },
        { op: 'test', path: '/b', value: { y: [2], x: parseJson('1.0') } },
      ]),
    ).not.toThrow()
  })

  test('decimals come out as they went in', () => {
    const document = parseJson('{"value":1.0,"other":[{"low":2.50}]}')
    const patch = parseJson(
      '[{"op":"add","path":"/high","value":3.00},{"op":"copy","from":"/other/0/low","path":"/low"}]',
    )
    expect(JSON.stringify(applyJsonPatch(document, patch))).toBe(
      '{"value":1.0,"other":[{"low":2.50}],"high":3.00,"low":2.50}',
    )
  })

  test('the whole document can be replaced', () => {
    expect(applyJsonPatch({ a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }])).toEqual({ b: 2 })
  })

  test('keys are written with ~0 and ~1', () => {
    expect(applyJsonPatch({ 'a/b': 1, 'm~n': 2 }, [{ op: 'remove', path: '/a~1b' }])).toEqual({ 'm~n': 2 })
    expect(applyJsonPatch({ '~1': 1 }, [{ op: 'replace', path: '/~01', value: 2 }])).toEqual({ '~1': 2 })
  })

  test('the input stays as it was', () => {
    const input = patient()
    applyJsonPatch(input, [
      { op: 'remove', path: '/name/0/given/0' },
      { op: 'add', path: '/name/0/use', value: 'official' },
    ])
    expect(input).toEqual(patient())
  })
})

describe('a patch that cannot be read is a bad request that names the place', () => {
  test.each([
    ['no array', { op: 'add' }, '$this'],
    ['no object', ['add'], '[0]'],
    [
      'an unknown operation',
      [
        { op: 'test', path: '', value: {} },
        { op: 'merge', path: '/a' },
      ],
      '[1].op',
    ],
    ['an operation called toString', [{ op: 'toString', path: '/a' }], '[0].op'],
    ['no path', [{ op: 'remove' }], '[0].path'],
    ['a path without its slash', [{ op: 'remove', path: 'a' }], '[0].path'],
    ['a bad escape', [{ op: 'remove', path: '/a~2' }], '[0].path'],
    ['no value', [{ op: 'add', path: '/a' }], '[0]'],
    ['no from', [{ op: 'move', path: '/a' }], '[0].from'],
    ['a move into itself', [{ op: 'move', from: '/a', path: '/a/b' }], '[0].path'],
    ['a way to a prototype', [{ op: 'add', path: '/__proto__/polluted', value: 1 }], '[0].path'],
    [
      'a way to a constructor',
      [{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }],
      '[0].path',
    ],
    ['a path of 65 steps', [{ op: 'add', path: '/a'.repeat(65), value: 1 }], '[0].path'],
  ])('%s', (_, patch, expression) => {
    const refusal = refusalOf(() => applyJsonPatch({ a: { b: 1 } }, patch))
    expect(refusal.status).toBe(400)
    expect(refusal.issues[0]?.expression).toEqual([expression])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

describe('a patch that does not fit the resource cannot be processed', () => {
  test.each([
    ['a test that fails', [{ op: 'test', path: '/a/b', value: 2 }], '[0].path'],
    ['a test of what is absent', [{ op: 'test', path: '/x', value: null }], '[0].path'],
    ['nothing to remove', [{ op: 'remove', path: '/x' }], '[0].path'],
    ['nothing to replace', [{ op: 'replace', path: '/x', value: 1 }], '[0].path'],
    ['nothing to copy', [{ op: 'copy', from: '/x', path: '/y' }], '[0].from'],
    ['an inherited member', [{ op: 'copy', from: '/toString', path: '/y' }], '[0].from'],
    ['a parent that is absent', [{ op: 'add', path: '/x/y', value: 1 }], '[0].path'],
    ['a parent that is a plain value', [{ op: 'add', path: '/a/b/c', value: 1 }], '[0].path'],
    ['an index past the end', [{ op: 'add', path: '/list/2', value: 1 }], '[0].path'],
    ['an index with a leading zero', [{ op: 'add', path: '/list/00', value: 1 }], '[0].path'],
    ['a negative index', [{ op: 'remove', path: '/list/-1' }], '[0].path'],
    ['the place after the last', [{ op: 'remove', path: '/list/-' }], '[0].path'],
    ['the removal of everything', [{ op: 'remove', path: '' }], '[0].path'],
  ])('%s', (_, patch, expression) => {
    const refusal = refusalOf(() => applyJsonPatch({ a: { b: 1 }, list: [0] }, patch))
    expect(refusal.status).toBe(422)
    expect(refusal.issues[0]?.expression).toEqual([expression])
  })
})

describe('a patch has bounds', () => {
  test('more than a thousand operations are refused', () => {
    const patch = Array.from({ length: 1001 }, () => ({ op: 'test', path: '', value: {} }))
    expect(refusalOf(() => applyJsonPatch({}, patch)).kind).toBe('too-costly')
  })

  test('copying the document into itself again and again is refused', () => {
    const patch = Array.from({ length: 60 }, (_, i) => ({ op: 'copy', from: '', path: `/list/${i % 2}` }))
    expect(refusalOf(() => applyJsonPatch({ list: [1, 2] }, patch)).kind).toBe('too-costly')
  })

  test('a long text copied many times is refused', () => {
    const patch = Array.from({ length: 1000 }, () => ({ op: 'copy', from: '/text', path: '/list/-' }))
    expect(refusalOf(() => applyJsonPatch({ text: 'x'.repeat(100_000), list: [] }, patch)).kind).toBe(
      'too-costly',
    )
  })

  test('nesting deeper than a body may is refused', () => {
    const patch = Array.from({ length: 40 }, (_, i) => ({
      op: 'add',
      path: `${'/a/a'.repeat(i)}/a`,
      value: { a: {} },
    }))
    expect(refusalOf(() => applyJsonPatch({}, patch)).status).toBe(400)
  })
})

const cases = new URL('../../../../shared/data/fhirpath-patch/json-patch-tests.json', import.meta.url)

describe.skipIf(!existsSync(cases))(
  "the community's JSON Patch cases (skipped where the shared data is absent)",
  () => {
    interface Case {
      comment: string
      doc: unknown
      patch: unknown
      expected?: unknown
      error?: string
    }
    const all: Case[] = existsSync(cases) ? JSON.parse(readFileSync(cases, 'utf8')) : []
    test.each(all.map((one) => [one.comment, one] as const))('%s', (_, { doc, patch, expected, error }) => {
      if (error !== undefined) expect(refusalOf(() => applyJsonPatch(doc, patch)).status).toBe(422)
      else expect(applyJsonPatch(doc, patch)).toEqual(expected)
    })
  },
)
