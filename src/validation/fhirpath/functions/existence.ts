import { type Compiled, type Env, type Scope, systemType, type Truth, type Types } from '../compiled.ts'
import { distinct, keyOf } from '../equality.ts'
import { where } from './filtering.ts'
import { type Arguments, type MakeItems, type MakeTruth, type Named, needed } from './function.ts'

function has(of: Compiled): (focus: unknown, env: Env) => boolean {
  return of.some ?? ((focus, env) => of.items(focus, env).length > 0)
}

function isDistinct(of: Compiled): Truth {
  return (focus, env) => {
    const items = of.items(focus, env)
    env.spend(items.length)
    return distinct(items).length === items.length
  }
}

function every(wanted: boolean): MakeTruth {
  return (of) => (focus, env) => of.items(focus, env).every((item) => item === wanted)
}

function any(wanted: boolean): MakeTruth {
  return (of) => (focus, env) => of.items(focus, env).some((item) => item === wanted)
}

function within(of: Compiled, [list]: Arguments, input: Types, scope: Scope): Truth {
  const others = scope.items(needed(list), input)
  return (focus, env) => {
    const keys = new Set(others.items(focus, env).map(keyOf))
    return of.items(focus, env).every((item) => keys.has(keyOf(item)))
  }
}

/** https://hl7.org/fhirpath/N1/#existence, and `not`. */
export const existenceTruths: Named<MakeTruth> = [
  ['exists', (of, args, _, scope) => has(args.length === 0 ? of : where(of, args, scope))],
  [
    'empty',
    (of) => {
      const some = has(of)
      return (focus, env) => !some(focus, env)
    },
  ],
  [
    'not',
    (of) => (focus, env) => {
      const items = of.items(focus, env)
      return items.length === 0 ? undefined : items[0] === false
    },
  ],
  [
    'all',
    (of, [condition], _, scope) => {
      const holds = scope.truth(needed(condition), of.types)
      return (focus, env) => {
        const items = of.items(focus, env)
        env.spend(items.length)
        return items.every((item) => holds(item, env) === true)
      }
    },
  ],
  ['allTrue', every(true)],
  ['allFalse', every(false)],
  ['anyTrue', any(true)],
  ['anyFalse', any(false)],
  ['isDistinct', isDistinct],
  ['subsetOf', within],
]

export const existenceFunctions: Named<MakeItems> = [
  ['distinct', (of) => ({ types: of.types, items: (focus, env) => distinct(of.items(focus, env)) })],
  ['count', (of) => ({ types: systemType('integer'), items: (focus, env) => [of.items(focus, env).length] })],
]
