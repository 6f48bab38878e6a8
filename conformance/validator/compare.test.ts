import { expect, test } from 'vitest'
import type { Case, Finding, Verdict } from './case.ts'
import { agreement, compare, type Explanation, letThrough } from './compare.ts'

const error = (id: string, message = ''): Finding => ({ severity: 'error', id, location: 'Slot', message })
const verdict = (...issues: Finding[]): Verdict => ({ name: 'x', issues })
const plain: Case = { name: 'x', text: '{}' }
const broken: Case = { ...plain, mutation: { kind: 'misspelt', at: 'Slot', breaksStructure: true } }
const meant: Explanation = { name: 'meant', refuses: 'judge', id: '^IG_', reason: 'for publishers' }

test('a difference is explained only when every error of the one who refuses is', () => {
  const both = compare(
    [plain, plain],
    [verdict(), verdict()],
    [verdict(error('IG_STATUS')), verdict(error('IG_STATUS'), error('OTHER'))],
    [meant],
  )
  expect(both.map(({ outcome, explainedBy }) => [outcome, explainedBy])).toEqual([
    ['only it refuses', ['meant']],
    ['only it refuses', undefined],
  ])
  expect([agreement(both, false), agreement(both, true)]).toEqual([0, 0.5])
})

test('what explains one does not explain the other, nor another kind of change', () => {
  const ours = compare([plain], [verdict(error('IG_STATUS'))], [verdict()], [meant])
  const kind = compare([broken], [verdict()], [verdict(error('IG_X'))], [{ ...meant, kind: '^removed$' }])
  expect([...ours, ...kind].map(({ explainedBy }) => explainedBy)).toEqual([undefined, undefined])
})

test('a warning is no refusal, and a broken structure that we accept is let through whatever the judge says', () => {
  const [one] = compare([broken], [verdict({ ...error('x'), severity: 'warning' })], [verdict()], [])
  expect(one?.outcome).toBe('both accept')
  expect(letThrough(one === undefined ? [] : [one])).toHaveLength(1)
})
