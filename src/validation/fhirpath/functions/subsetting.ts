import type { Items } from '../compiled.ts'
import { distinct, keyOf } from '../equality.ts'
import { type MakeItems, type Named, needed } from './function.ts'

function cut(choose: (items: Items, count: number) => Items): MakeItems {
  return (of, [argument], input, scope) => {
    const count = argument === undefined ? undefined : scope.items(argument, input)
    return {
      types: of.types,
      items: (focus, env) => choose(of.items(focus, env), Number(count?.items(focus, env)[0] ?? 0)),
    }
  }
}

function combined(combine: (left: Items, right: Items) => Items): MakeItems {
  return (of, [argument], input, scope) => {
    const other = scope.items(needed(argument), input)
    return {
      types: of.types && other.types && [...of.types, ...other.types],
      items: (focus, env) => {
        const [left, right] = [of.items(focus, env), other.items(focus, env)]
        env.spend(left.length + right.length)
        return combine(left, right)
      },
    }
  }
}

function keysOf(items: Items): ReadonlySet<unknown> {
  return new Set(items.map(keyOf))
}

/** https://hl7.org/fhirpath/N1/#subsetting and #combining. */
export const subsettingFunctions: Named<MakeItems> = [
  ['first', cut((items) => items.slice(0, 1))],
  ['last', cut((items) => items.slice(-1))],
  ['single', cut((items) => (items.length === 1 ? items : []))],
  ['tail', cut((items) => items.slice(1))],
  ['skip', cut((items, count) => items.slice(Math.max(0, count)))],
  ['take', cut((items, count) => items.slice(0, Math.max(0, count)))],
  ['union', combined((left, right) => distinct([...left, ...right]))],
  ['combine', combined((left, right) => [...left, ...right])],
  [
    'intersect',
    combined((left, right) => {
      const keys = keysOf(right)
      return distinct(left.filter((item) => keys.has(keyOf(item))))
    }),
  ],
  [
    'exclude',
    combined((left, right) => {
      const keys = keysOf(right)
      return left.filter((item) => !keys.has(keyOf(item)))
    }),
  ],
]
