import fhirpath, { type UserInvocationTable } from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import type { Definitions } from '#fhir/definitions.ts'
import { typeOfResource } from '#fhir/element-type.ts'
import { compileCondition } from '#fhir/extract-condition.ts'
import { parseSearchExpression, splitUnion } from '#fhir/extract-expression.ts'
import { collectWith, compilePath, type Run, type Visit } from '#fhir/extract-path.ts'
import { parseReference } from '#fhir/references.ts'
import type { Resource } from '#fhir/resource.ts'

type Evaluate = (resource: Resource) => readonly unknown[]

/** References are not followed, in either: what they lead to is told by their text. */
const userInvocationTable: UserInvocationTable = {
  leadsTo: {
    fn: (nodes: { reference?: string; type?: string }[], wanted: string) =>
      nodes.map(({ reference = '', type }) => {
        const target = parseReference(reference, [])
        return ('type' in target ? target.type : type) === wanted
      }),
    arity: { 1: ['String'] },
  },
}

/** What the library shall evaluate: R4 itself writes ofType(DateTime) once, and no data type is called that. */
function forLibrary(expression: string): string {
  return expression
    .replace(/resolve\(\) is (\w+)/g, "leadsTo('$1')")
    .replace('ofType(DateTime)', 'ofType(dateTime)')
}

/** The elements that an expression finds, by the fhirpath library and by ours. */
export function compileBoth(
  definitions: Definitions,
  type: string,
  expression: string,
): { ours: Evaluate; theirs: Evaluate } {
  const root = typeOfResource(definitions, type)
  const collect: Visit = (value, run) => void run.found.push(value)
  const visit = compilePath(
    parseSearchExpression(expression),
    root,
    { definitions, compileCondition, text: expression, root },
    () => collect,
  )
  // Branch by branch: the library's own union takes 1e-22 and 1e-245 for the same value and drops one.
  const branches = splitUnion(expression).map((branch) =>
    fhirpath.compile(forLibrary(branch), r4, { userInvocationTable }),
  )
  return {
    ours: (resource) => {
      const run: Run = {
        resource,
        localBases: [],
        timeZone: 'UTC',
        parameter: undefined,
        values: [],
        found: [],
      }
      return visit === undefined ? [] : collectWith(visit, resource, run)
    },
    theirs: (resource) => branches.flatMap((evaluate) => evaluate(resource, { resource }) as unknown[]),
  }
}

/** As a set: what is found twice is indexed once. */
export function asSet(values: readonly unknown[]): readonly string[] {
  return [...new Set(values.map((value) => JSON.stringify(value)))].sort()
}
