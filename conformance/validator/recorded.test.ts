import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { createOwnJudge } from './ask-ourselves.ts'
import { errorsOf } from './case.ts'
import { type RecordedCase, recordedFile } from './record.ts'

const cases = readFileSync(recordedFile, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as RecordedCase)
const judge = createOwnJudge(loadDefinitions())
const errors = (one: RecordedCase) => errorsOf(judge(one)).map(({ message }) => message)

describe('verdicts of the official validator, recorded', () => {
  test('are some hundreds, of both kinds', () => {
    expect(cases.length).toBeGreaterThan(300)
    expect(cases.filter((one) => one.errors.length === 0).length).toBeGreaterThan(50)
    expect(cases.filter((one) => one.errors.length > 0).length).toBeGreaterThan(150)
  })

  test('what it accepts, we accept', () => {
    const accepted = cases.filter((one) => one.errors.length === 0)
    const refused = accepted.map((one) => ({ name: one.name, errors: errors(one) }))
    expect(refused.filter((one) => one.errors.length > 0)).toEqual([])
  })

  test('what it refuses, we refuse', () => {
    const refused = cases.filter((one) => one.errors.length > 0)
    expect(refused.filter((one) => errors(one).length === 0).map(({ name }) => name)).toEqual([])
  })
})
