import { compartment, compartmentBases } from '../compartment.ts'
import { Refusal } from '../refusal.ts'
import type { Clause } from '../search-query.ts'
import type { ParseContext, Place } from './parse-context.ts'
import { idText } from './parse-reference.ts'

/** How `Patient/1/Observation` is written as a parameter: https://hl7.org/fhir/R4/http.html#vsearch */
export function parseCompartment(
  { definitions, budget }: ParseContext,
  types: readonly string[],
  value: string,
  { expression }: Place,
): Clause {
  budget.takeCriterion(expression)
  const [name, id = '', ...more] = value.split('/')
  const base = compartmentBases.find((one) => one === name)
  if (base === undefined || !idText.test(id) || more.length > 0) {
    throw new Refusal('value', `A compartment is that of a ${compartmentBases.join(', ')}: Patient/1.`, {
      expression,
    })
  }
  const [type, ...others] = types
  const clause =
    type === undefined || others.length > 0 ? undefined : compartment(definitions, base, type, id)
  if (clause !== undefined) return clause
  const reason = others.length > 0 ? 'is searched for one type' : `holds no ${type}`
  throw new Refusal('invalid', `The compartment of a ${base} ${reason}.`, { expression })
}
