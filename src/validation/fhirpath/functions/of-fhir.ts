import type { Expression } from '#fhir/fhirpath/syntax.ts'
import { type Compiled, isNode, type Scope, type Truth, type Types } from '../compiled.ts'
import { compileMember } from '../member.ts'
import { where } from './filtering.ts'
import { type Arguments, type MakeItems, type MakeTruth, type Named, needed } from './function.ts'

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

/** https://hl7.org/fhir/R4/fhirpath.html#functions: what FHIR adds to the language. */
export const truthsOfFhir: Named<MakeTruth> = [
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
]

export const functionsOfFhir: Named<MakeItems> = [
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
]
