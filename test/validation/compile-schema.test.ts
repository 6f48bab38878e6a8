import { expect, test } from 'vitest'
import { compileSchema } from '#validation/compile-schema.ts'

const check = compileSchema({
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: { type: 'string' },
    letters: { type: 'array', items: { enum: ['a', 'b'] } },
  },
})

test('what keeps to the schema has no faults', () => {
  expect(check({ name: 'x', letters: ['a'] })).toEqual([])
})

test('all faults are told, each with its place', () => {
  expect(check({ letters: ['a', 'z'], more: 1 })).toEqual([
    expect.objectContaining({ code: 'required', diagnostics: expect.stringContaining("'name'") }),
    expect.objectContaining({ diagnostics: expect.stringContaining('"more"') }),
    expect.objectContaining({ expression: ['letters[1]'], diagnostics: expect.stringContaining('a, b') }),
  ])
})
