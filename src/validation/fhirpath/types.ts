import { isKindOf } from '#fhir/element-type.ts'
import { type Expression, ExpressionError } from '#fhir/fhirpath/syntax.ts'
import { type Compiled, isNode, type Scope } from './compiled.ts'
import { isAnyResource } from './member.ts'

/** `Patient`, `FHIR.Patient`, `System.Boolean` */
export function typeNameOf(expression: Expression | undefined): string {
  if (expression?.kind === 'member') return expression.name
  throw new ExpressionError('has no type name where one should be')
}

/** ofType() and as: by what is known beforehand, or by what a resource says of itself. */
export function narrowTo(of: Compiled, wanted: string, scope: Scope): Compiled {
  const { definitions } = scope
  if (of.types === undefined || of.types.some(isAnyResource)) {
    if (wanted === 'Resource') return of
    if (!definitions.isResourceType(wanted))
      throw new ExpressionError(`cannot tell which values are of type ${wanted.slice(0, 64)}`)
    const type = { name: wanted, children: definitions.type(wanted).elements, repeats: false, steps: [] }
    return {
      types: [type],
      items: (focus, env) =>
        of.items(focus, env).filter((item) => isNode(item) && item.resourceType === wanted),
    }
  }
  const kept = of.types.filter(({ name }) => isKindOf(definitions, name, wanted))
  if (kept.length === of.types.length) return of
  if (kept.length === 0) return { types: [], items: () => [] }
  if (of.narrow !== undefined) return of.narrow(wanted)
  throw new ExpressionError(`cannot tell which values are of type ${wanted.slice(0, 64)}`)
}
