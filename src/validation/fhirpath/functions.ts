import { type Expression, ExpressionError } from '#fhir/fhirpath/syntax.ts'
import type { Compiled, Env, Items, Scope, Truth, Types } from './compiled.ts'
import { isNode, systemType } from './compiled.ts'
import { distinct, keyOf } from './equality.ts'
import { compileMember, focusItself } from './member.ts'
import { textFunctions, textTruths } from './text-functions.ts'
import { narrowTo, typeNameOf } from './types.ts'

type Arguments = readonly Expression[]
export type MakeItems = (
  of: Compiled,
  args: Arguments,
  input: Types,
  scope: Scope,
  ofExpression?: Expression,
) => Compiled
export type MakeTruth = (of: Compiled, args: Arguments, input: Types, scope: Scope) => Truth

function has(of: Compiled): (focus: unknown, env: Env) => boolean {
  return of.some ?? ((focus, env) => of.items(focus, env).length > 0)
}

function where(of: Compiled, [condition]: Arguments, scope: Scope): Compiled {
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

function needed(argument: Expression | undefined): Expression {
  if (argument === undefined) throw new ExpressionError('calls a function without its argument')
  return argument
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

/** https://hl7.org/fhirpath/N1/#functions and https://hl7.org/fhir/R4/fhirpath.html#functions: those that answer yes or no. */
export const truthFunctions: ReadonlyMap<string, MakeTruth> = new Map<string, MakeTruth>([
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
  [
    'hasValue',
    (of) => (focus, env) => {
      const items = of.items(focus, env)
      return items.length === 1 && !isNode(items[0])
    },
  ],
  ['memberOf', memberOf],
  [
    'conformsTo',
    (of, [profile], input, scope) => {
      const canonical = scope.items(needed(profile), input)
      return (focus, env) => {
        const [one] = of.items(focus, env)
        const [url] = canonical.items(focus, env)
        return one === undefined || typeof url !== 'string' ? undefined : (env.conforms(one, url) ?? true)
      }
    },
  ],
  ...textTruths,
])

/** A value set that cannot tell refuses nothing. */
function memberOf(of: Compiled, [valueSet]: Arguments, input: Types, scope: Scope): Truth {
  const canonical = scope.items(needed(valueSet), input)
  return (focus, env) => {
    const [one] = of.items(focus, env)
    const [url] = canonical.items(focus, env)
    if (one === undefined || typeof url !== 'string') return undefined
    const codings = isNode(one) && Array.isArray(one.coding) ? one.coding : [one]
    const answers = codings.map((coding: unknown) => {
      if (typeof coding === 'string') return env.isMember(undefined, coding, url)
      const { system, code } = coding as { system?: unknown; code?: unknown }
      if (typeof code !== 'string') return false
      return env.isMember(typeof system === 'string' ? system : undefined, code, url)
    })
    return answers.includes(true) || answers.includes(undefined)
  }
}

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

/** Names of JSON that are no elements of FHIR. */
function childrenOf(node: unknown, out: unknown[]): void {
  if (!isNode(node)) return
  for (const name in node) {
    if (name === 'resourceType') continue
    const value = node[name]
    if (Array.isArray(value)) for (const item of value) item !== null && out.push(item)
    else if (value !== undefined && value !== null) out.push(value)
  }
}

const descendants: MakeItems = (of) => ({
  types: undefined,
  items: (focus, env) => {
    const out: unknown[] = []
    for (const item of of.items(focus, env)) childrenOf(item, out)
    // The list grows while it is walked.
    for (const item of out) childrenOf(item, out)
    env.spend(out.length)
    return out
  },
})

const iif: MakeItems = (_, [condition, then, otherwise], input, scope, ofExpression) => {
  // As a method, what stands before it is the focus of its arguments.
  const bound = (argument: Expression) =>
    ofExpression === undefined ? argument : bindFocus(argument, ofExpression)
  const holds = scope.truth(bound(needed(condition)), input)
  const one = scope.items(bound(needed(then)), input)
  const other = otherwise === undefined ? undefined : scope.items(bound(otherwise), input)
  return {
    types:
      other === undefined || (one.types && other.types)
        ? [...(one.types ?? []), ...(other?.types ?? [])]
        : undefined,
    items: (focus, env) =>
      holds(focus, env) === true ? one.items(focus, env) : (other?.items(focus, env) ?? []),
  }
}

function bindFocus(expression: Expression, focus: Expression): Expression {
  switch (expression.kind) {
    case 'member':
    case 'call':
      return { ...expression, of: expression.of === undefined ? focus : bindFocus(expression.of, focus) }
    case 'index':
      return { ...expression, of: bindFocus(expression.of, focus) }
    case 'operator':
      return {
        ...expression,
        left: bindFocus(expression.left, focus),
        right: bindFocus(expression.right, focus),
      }
    case 'variable':
      return expression.name === '$this' ? focus : expression
    default:
      return expression
  }
}

/** Those that answer with values. */
export const functions: ReadonlyMap<string, MakeItems> = new Map<string, MakeItems>([
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
  ['first', cut((items) => items.slice(0, 1))],
  ['last', cut((items) => items.slice(-1))],
  ['single', cut((items) => (items.length === 1 ? items : []))],
  ['tail', cut((items) => items.slice(1))],
  ['skip', cut((items, count) => items.slice(Math.max(0, count)))],
  ['take', cut((items, count) => items.slice(0, Math.max(0, count)))],
  ['distinct', (of) => ({ types: of.types, items: (focus, env) => distinct(of.items(focus, env)) })],
  ['count', (of) => ({ types: systemType('integer'), items: (focus, env) => [of.items(focus, env).length] })],
  ['trace', (of) => of],
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
  [
    'children',
    (of) => ({
      types: undefined,
      items: (focus, env) => {
        const out: unknown[] = []
        for (const item of of.items(focus, env)) childrenOf(item, out)
        env.spend(out.length)
        return out
      },
    }),
  ],
  ['descendants', descendants],
  ['ofType', (of, [type], _, scope) => narrowTo(of, typeNameOf(type), scope)],
  ['as', (of, [type], _, scope) => narrowTo(of, typeNameOf(type), scope)],
  ['iif', iif],
  [
    'getValue',
    (of) => ({
      types: of.types,
      items: (focus, env) => of.items(focus, env).filter((item) => !isNode(item)),
    }),
  ],
  [
    'resolve',
    (of) => ({
      types: undefined,
      items: (focus, env) => {
        const references = of.items(focus, env)
        env.spend(references.length)
        return references.map((reference) => env.resolve(reference)).filter((found) => found !== undefined)
      },
    }),
  ],
  [
    'extension',
    (of, [url], _, scope) => {
      const isWanted: Expression = {
        kind: 'operator',
        operator: '=',
        left: { kind: 'member', name: 'url' },
        right: needed(url),
      }
      return where(compileMember(of, 'extension', scope), [isWanted], scope)
    },
  ],
  ...textFunctions,
])

export { focusItself }
