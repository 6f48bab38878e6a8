import type { Compiled, Scope } from '../compiled.ts'
import { narrowTo, typeNameOf } from '../types.ts'
import { type Arguments, type MakeItems, type Named, needed } from './function.ts'

export function where(of: Compiled, [condition]: Arguments, scope: Scope): Compiled {
  const holds = scope.truth(needed(condition), of.types)
  return {
    ...(of.twins === undefined ? {} : { twins: of.twins }),
    types: of.types,
    items: (focus, env) => {
      const items = of.items(focus, env)
      env.spend(items.length)
      return items.filter((item) => holds(item, env) === true)
    },
    some: (focus, env) => {
      const items = of.items(focus, env)
      env.spend(items.length)
      return items.some((item) => holds(item, env) === true)
    },
  }
}

/** https://hl7.org/fhirpath/N1/#filtering-and-projection. */
export const filteringFunctions: Named<MakeItems> = [
  ['where', (of, args, _, scope) => where(of, args, scope)],
  [
    'select',
    (of, [projection], _, scope) => {
      const project = scope.items(needed(projection), of.types)
      return {
        types: project.types,
        items: (focus, env) => {
          const items = of.items(focus, env)
          env.spend(items.length)
          return items.flatMap((item) => project.items(item, env))
        },
      }
    },
  ],
  [
    'repeat',
    (of, [projection], _, scope) => {
      const argument = needed(projection)
      const project = scope.items(argument, of.types)
      // Further rounds start from what the first has found, which may be of other types.
      const again = scope.items(argument, project.types)
      return {
        types: project.types,
        items: (focus, env) => {
          const out = of.items(focus, env).flatMap((item) => project.items(item, env))
          const seen = new Set(out)
          for (const item of out) {
            env.spend(1)
            for (const next of again.items(item, env)) if (!seen.has(next) && seen.add(next)) out.push(next)
          }
          return out
        },
      }
    },
  ],
  ['ofType', (of, [type], _, scope) => narrowTo(of, typeNameOf(type), scope)],
  ['as', (of, [type], _, scope) => narrowTo(of, typeNameOf(type), scope)],
]
