import type { Definitions } from '#fhir/definitions.ts'
import { choiceName } from '#fhir/element-tree.ts'
import { type ElementType, isKindOf, typesOfMember } from '#fhir/element-type.ts'
import { ExpressionError } from '#fhir/fhirpath/syntax.ts'
import { type Compiled, type Env, type Items, isNode, type Scope, type Types } from './compiled.ts'

/** A step of a path: `name`, which for a choice element stands for several JSON names. */
export function compileMember(of: Compiled, name: string, scope: Scope): Compiled {
  const { types } = of
  if (types === undefined || types.some(isAnyResource)) return dynamicMember(of, name, scope)
  if (types.every((type) => isPrimitive(type, scope.definitions))) return memberOfPrimitive(of, name, scope)
  const keys = new Map<string, ElementType>()
  for (const type of types) {
    if (isPrimitive(type, scope.definitions)) continue
    for (const [key, member] of typesOfMember(scope.definitions, type, name)) keys.set(key, member)
  }
  if (keys.size === 0) throw new ExpressionError(`leads nowhere: there is no element "${name.slice(0, 64)}"`)
  return memberOfKeys(of, keys, scope)
}

function memberOfKeys(of: Compiled, keys: ReadonlyMap<string, ElementType>, scope: Scope): Compiled {
  const { definitions } = scope
  const types = [...keys.values()]
  const [first = ''] = keys.keys()
  const primitives = new Set(
    [...keys].filter(([, type]) => isPrimitive(type, definitions)).map(([key]) => key),
  )
  const twinOf = (key: string) => (primitives.has(key) ? `_${key}` : undefined)
  const single = keys.size === 1
  const firstTwin = twinOf(first)
  // A choice of fifty types has a hundred names: the object has fewer.
  const owners = new Map(
    [...keys.keys()].flatMap((key) => [key, twinOf(key) ?? key].map((name) => [name, key])),
  )
  const push = single
    ? (node: unknown, out: unknown[]) => pushValues(node, first, firstTwin, out)
    : (node: unknown, out: unknown[]) => {
        if (!isNode(node)) return
        for (const name in node) {
          const key = owners.get(name)
          if (key !== undefined && (name === key || !(key in node))) pushValues(node, key, twinOf(key), out)
        }
      }
  const has = single
    ? (node: unknown) =>
        isNode(node) && (node[first] !== undefined || (firstTwin !== undefined && firstTwin in node))
    : (node: unknown) => {
        if (!isNode(node)) return false
        for (const name in node) if (owners.has(name)) return true
        return false
      }
  const compiled = steps(of, types, push, has)
  return {
    ...compiled,
    narrow: (wanted) => {
      const kept = new Map([...keys].filter(([, type]) => isKindOf(definitions, type.name, wanted)))
      return kept.size === 0 ? nothing : memberOfKeys(of, kept, scope)
    },
    ...(primitives.size === 0 ? {} : { twins: twinsOf(of, [...primitives], definitions) }),
  }
}

const nothing: Compiled = { types: [], items: () => [], some: () => false }

function twinsOf(of: Compiled, keys: readonly string[], definitions: Definitions): Compiled {
  const element = {
    name: 'Element',
    children: definitions.type('Element').elements,
    repeats: false,
    steps: [],
  }
  return steps(of, [element], (node, out) => {
    for (const key of keys) pushValues(node, `_${key}`, undefined, out)
  })
}

/** `birthDate.extension` lies in `_birthDate`; `birthDate.value` is the date itself. */
function memberOfPrimitive(of: Compiled, name: string, scope: Scope): Compiled {
  if (name === 'value')
    return { ...of, items: (focus, env) => of.items(focus, env).filter((item) => !isNode(item)) }
  if (of.twins === undefined || (name !== 'extension' && name !== 'id'))
    throw new ExpressionError(`leads nowhere: a value has no element "${name.slice(0, 64)}"`)
  return compileMember(of.twins, name, scope)
}

/** Any object: the name itself, or a name that a choice element would have. */
function dynamicMember(of: Compiled, name: string, { definitions }: Scope): Compiled {
  const choices = typesOfMember(definitions, extensionType(definitions), 'value')
  const owners = new Set([name, ...choices.map(([, { name: type }]) => choiceName(name, type))])
  const twins = new Map([...owners].map((key) => [`_${key}`, key]))
  return steps(of, undefined, (node, out) => {
    if (!isNode(node)) return
    for (const key in node) {
      if (owners.has(key)) pushValues(node, key, `_${key}`, out)
      else {
        const owner = twins.get(key)
        if (owner !== undefined && !(owner in node)) pushValues(node, owner, key, out)
      }
    }
  })
}

function extensionType(definitions: Definitions): ElementType {
  return { name: 'Extension', children: definitions.type('Extension').elements, repeats: false, steps: [] }
}

function steps(
  of: Compiled,
  types: Types,
  push: (node: unknown, out: unknown[]) => void,
  has?: (node: unknown) => boolean,
): Compiled {
  if (of === focusItself(of.types)) {
    return {
      types,
      items: (focus) => {
        const out: unknown[] = []
        push(focus, out)
        return out
      },
      ...(has === undefined ? {} : { some: has }),
    }
  }
  const items = (focus: unknown, env: Env): Items => {
    const out: unknown[] = []
    const nodes = of.items(focus, env)
    env.spend(nodes.length)
    for (const node of nodes) push(node, out)
    return out
  }
  if (has === undefined) return { types, items }
  return { types, items, some: (focus, env) => of.items(focus, env).some(has) }
}

const focusByTypes = new WeakMap<object, Compiled>()
const unknownFocus: Compiled = { types: undefined, items: (focus) => [focus] }

/** `$this`: the same object for the same types, so that steps from it need no list. */
export function focusItself(types: Types): Compiled {
  if (types === undefined) return unknownFocus
  let compiled = focusByTypes.get(types)
  if (compiled === undefined) {
    compiled = { types, items: (focus) => [focus] }
    focusByTypes.set(types, compiled)
  }
  return compiled
}

function pushValues(node: unknown, key: string, twin: string | undefined, out: unknown[]): void {
  if (!isNode(node)) return
  const value = node[key]
  const other = twin === undefined ? undefined : node[twin]
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i] ?? (Array.isArray(other) ? other[i] : undefined)
      if (item !== null && item !== undefined) out.push(item)
    }
  } else if (value !== undefined && value !== null) out.push(value)
  else if (Array.isArray(other)) for (const item of other) item !== null && out.push(item)
  else if (other !== undefined && other !== null) out.push(other)
}

export function isAnyResource({ name }: ElementType): boolean {
  return name === 'Resource' || name === 'DomainResource'
}

export function isPrimitive({ name }: ElementType, definitions: Definitions): boolean {
  return /^[a-z]/.test(name) && definitions.type(name).kind === 'primitive-type'
}
