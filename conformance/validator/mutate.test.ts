import { describe, expect, test } from 'vitest'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { createOwnJudge } from './ask-ourselves.ts'
import { errorsOf } from './case.ts'
import { ownFolder, readExamples } from './corpus.ts'
import { mutate } from './mutate.ts'

const definitions = loadDefinitions()
const judge = createOwnJudge(definitions)
const valid = readExamples(`${ownFolder}/valid`, 'own')
const mutantsOf = (seed: string, each: number) =>
  valid.flatMap((one) => mutate(one, { definitions, seed, each }))

describe('mutants of our valid examples', () => {
  test('are the same for the same seed, others for another', () => {
    const mutants = mutantsOf('a', 1)
    expect(mutantsOf('a', 1)).toEqual(mutants)
    expect(mutantsOf('b', 1)).not.toEqual(mutants)
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
  })

  test('that are no JSON of their type any more are all refused', () => {
    const broken = mutantsOf('structure', 3).filter(({ mutation }) => mutation?.breaksStructure)
    expect(broken.length).toBeGreaterThan(500)
    expect(broken.filter((one) => errorsOf(judge(one)).length === 0).map(({ name }) => name)).toEqual([])
  })

  test('come from examples that we accept', () => {
    for (const one of valid)
      expect({ name: one.name, errors: errorsOf(judge(one)) }).toMatchObject({ errors: [] })
  })
})
