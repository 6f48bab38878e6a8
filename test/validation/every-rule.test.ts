import { expect, test } from 'vitest'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { compileExpression } from '#validation/fhirpath/compile.ts'
import { checkedElsewhere, expressionOf, notAsked, repaired } from '#validation/rules.ts'
import { everyRule } from './every-rule.ts'

const definitions = loadDefinitions()
const rules = everyRule(definitions)
const keys = new Set(rules.map(({ rule }) => rule.key))

test('R4 has some 240 rules, and the walk meets them all', () => {
  expect(rules.length).toBeGreaterThan(240)
  expect(keys).toContain('app-3')
})

test('each has an expression, and becomes closures or is done by hand', () => {
  const left = rules.flatMap(({ rule, path, context, resource }) => {
    if (rule.key in checkedElsewhere || rule.key in notAsked) return []
    const expression = expressionOf(rule)
    if (expression === undefined) return [`${path} ${rule.key} has no expression`]
    try {
      compileExpression(expression, { definitions, context, resource, foreign: false })
      return []
    } catch (failure) {
      return [`${path} ${rule.key} ${(failure as Error).message}`]
    }
  })
  expect(left).toEqual([])
})

test('only warnings are not asked, and every exception is of a rule that there is', () => {
  const severities = new Set(
    rules.filter(({ rule }) => rule.key in notAsked).map(({ rule }) => rule.severity),
  )
  expect([...severities]).toEqual(['warning'])
  const exceptions = Object.keys({ ...checkedElsewhere, ...notAsked, ...repaired })
  expect(exceptions.filter((key) => !keys.has(key))).toEqual([])
})
