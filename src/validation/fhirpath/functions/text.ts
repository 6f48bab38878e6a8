import { type Expression, ExpressionError } from '#fhir/fhirpath/syntax.ts'
import { numberText } from '#fhir/json.ts'
import { type Compiled, isNode, type Scope, systemType, type Types } from '../compiled.ts'
import { compilePattern } from '../pattern.ts'
import { type Arguments, type MakeItems, type MakeTruth, type Named, needed } from './function.ts'

function text(of: Compiled): (...run: Parameters<Compiled['items']>) => string | undefined {
  return (focus, env) => {
    const [value] = of.items(focus, env)
    return typeof value === 'string' ? value : undefined
  }
}

function argument(args: Arguments, at: number, input: Types, scope: Scope): Compiled {
  return scope.items(needed(args[at]), input)
}

function test(holds: (value: string, wanted: string) => boolean): MakeTruth {
  return (of, args, input, scope) => {
    const [value, wanted] = [text(of), text(argument(args, 0, input, scope))]
    return (focus, env) => {
      const [one, other] = [value(focus, env), wanted(focus, env)]
      return one === undefined || other === undefined ? undefined : holds(one, other)
    }
  }
}

function matches(whole: boolean): MakeTruth {
  return (of, args, _, scope) => {
    const value = text(of)
    const pattern = compilePattern(literal(args[0]), whole, scope.foreign)
    return (focus, env) => {
      const one = value(focus, env)
      return one === undefined ? undefined : pattern.test(one, env)
    }
  }
}

/** A pattern that is made from the resource could be anything: only written ones are taken. */
function literal(expression: Expression | undefined): string {
  if (expression?.kind === 'literal' && typeof expression.value === 'string') return expression.value
  throw new ExpressionError('has a regular expression that is not written out')
}

export const textTruths: Named<MakeTruth> = [
  ['startsWith', test((value, wanted) => value.startsWith(wanted))],
  ['endsWith', test((value, wanted) => value.endsWith(wanted))],
  ['contains', test((value, wanted) => value.includes(wanted))],
  ['matches', matches(false)],
  ['matchesFull', matches(true)],
]

function change(
  type: 'string' | 'integer',
  compute: (value: string, ...args: readonly unknown[]) => unknown,
): MakeItems {
  return (of, args, input, scope) => {
    const others = args.map((_, at) => argument(args, at, input, scope))
    return {
      types: systemType(type),
      items: (focus, env) => {
        const [value] = of.items(focus, env)
        if (value === undefined || isNode(value)) return []
        const found = compute(
          typeof value === 'string' ? value : (numberText(value) ?? String(value)),
          ...others.map((other) => other.items(focus, env)[0]),
        )
        return found === undefined ? [] : [found]
      },
    }
  }
}

export const textFunctions: Named<MakeItems> = [
  ['length', change('integer', (value) => value.length)],
  ['upper', change('string', (value) => value.toUpperCase())],
  ['lower', change('string', (value) => value.toLowerCase())],
  ['toString', change('string', (value) => value)],
  ['trim', change('string', (value) => value.trim())],
  ['toInteger', change('integer', (value) => (/^[-+]?\d{1,15}$/.test(value) ? Number(value) : undefined))],
  ['indexOf', change('integer', (value, wanted) => value.indexOf(String(wanted)))],
  [
    'substring',
    change('string', (value, start, length) => {
      const from = Number(start)
      if (!(from >= 0 && from < value.length)) return undefined
      return length === undefined ? value.slice(from) : value.slice(from, from + Number(length))
    }),
  ],
  [
    'replaceMatches',
    (of, args, input, scope) => {
      const value = text(of)
      const pattern = compilePattern(literal(args[0]), false, scope.foreign)
      const replacement = text(argument(args, 1, input, scope))
      return {
        types: systemType('string'),
        items: (focus, env) => {
          const [one, other] = [value(focus, env), replacement(focus, env)]
          return one === undefined || other === undefined ? [] : [pattern.replace(one, other, env)]
        },
      }
    },
  ],
]
