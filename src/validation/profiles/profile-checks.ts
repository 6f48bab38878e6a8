import type { Definitions, TypeDefinition } from '#fhir/definitions.ts'
import type { ProfileDefinition, ProfileElement } from '#fhir/profiles/profile.ts'
import { isNode, type Node } from '../fhirpath/compiled.ts'
import type { Known } from '../known.ts'
import type { Check, Place } from '../place.ts'
import { compileRule, typeOf } from '../rules.ts'
import { compileElements, compileValue } from './element-rule.ts'
import { isInContext } from './extension-context.ts'
import type { ProfileScope } from './profile-scope.ts'

/** Deeper than any chain of profiles that refer to each other, and far from the end of the stack. */
const deepest = 24

export interface ProfileSettings {
  /** A profile that nobody knows: a warning, or an error. */
  readonly refuseUnknownProfiles: boolean
}

/** Profiles, compiled when first met. A profile can only ask for more: the base has been checked before. */
export class ProfileChecks {
  readonly #definitions: Definitions
  readonly #settings: ProfileSettings
  /** A shipped profile may lead to one that only a clinic knows: nothing is shared between what two of them know. */
  readonly #compiled = new WeakMap<Known, WeakMap<ProfileDefinition, Check>>()
  #depth = 0

  constructor(definitions: Definitions, settings: ProfileSettings) {
    this.#definitions = definitions
    this.#settings = settings
  }

  /** The profiles that a resource says it meets. */
  readonly claims: Check = (resource, place) => {
    const { meta } = resource as Node
    if (!isNode(meta) || !Array.isArray(meta.profile)) return
    for (const [index, canonical] of (meta.profile as unknown[]).entries()) {
      if (typeof canonical !== 'string') continue
      if (this.hold(resource, canonical, place)) continue
      place.enter('meta')
      place.enter('profile')
      place.enter(index)
      this.#tellUnknown(place)
      place.leave()
      place.leave()
      place.leave()
    }
  }

  #tellUnknown(place: Place): void {
    const sentence =
      'names a profile that this server does not know; store its StructureDefinition first, or leave it out.'
    if (this.#settings.refuseUnknownProfiles) place.refuse('not-found', sentence)
    else place.warn('not-found', sentence)
  }

  /** The definition behind an extension's URL, and where it may stand. Unknown extensions are welcome. */
  readonly extension: Check = (value, place) => {
    const { url } = value as Node
    if (typeof url !== 'string') return
    if (!url.includes(':')) {
      if (place.above(3) !== 'extension' && place.above(3) !== 'modifierExtension')
        place.refuse(
          'extension',
          'must have an absolute URL; only extensions within extensions are named without one.',
        )
      return
    }
    const definition = place.known.profile(url)
    if (definition === undefined || definition.type !== 'Extension') {
      if (place.above(1) === 'modifierExtension')
        place.warn(
          'extension',
          'is a modifier extension that this server does not know: what it changes is not taken into account.',
        )
      return
    }
    if (!isInContext(definition, place, this.#definitions)) {
      place.refuse(
        'extension',
        `must not stand here: ${url} is for ${definition.contexts
          ?.map(({ expression }) => expression)
          .join(', ')
          .slice(0, 200)}.`,
      )
    }
    const newest = this.check(definition, place.known)
    const earlier = place.known.earlier(url)
    // Releases of US Core differ in the form of the same extension, and a resource may be of any of them.
    if (earlier.length === 0) newest(value, place)
    else
      place.anyOf(
        newest,
        earlier.map((one) => this.check(one, place.known)),
        value,
      )
  }

  /** Holds the value against a profile; false when nobody knows it. */
  hold(value: unknown, canonical: string, place: Place): boolean {
    const profile = place.known.profile(canonical)
    if (profile === undefined) return false
    if (
      isNode(value) &&
      typeof value.resourceType === 'string' &&
      !this.#isOfType(value.resourceType, profile.type)
    ) {
      place.refuse('invalid', `cannot meet ${canonical.slice(0, 200)}: that is a profile of ${profile.type}.`)
      return true
    }
    if (this.#depth >= deepest) return true
    this.#depth++
    try {
      this.check(profile, place.known)(value, place)
    } finally {
      this.#depth--
    }
    return true
  }

  #isOfType(type: string, wanted: string): boolean {
    for (let name: string | undefined = type; name !== undefined; name = this.#definitions.type(name).base) {
      if (name === wanted) return true
    }
    return false
  }

  check(profile: ProfileDefinition, known: Known): Check {
    let compiled = this.#compiled.get(known)
    if (compiled === undefined) {
      compiled = new WeakMap()
      this.#compiled.set(known, compiled)
    }
    let check = compiled.get(profile)
    if (check === undefined) {
      check = this.#compile(profile, known)
      compiled.set(profile, check)
    }
    return check
  }

  #compile(profile: ProfileDefinition, known: Known): Check {
    const definitions = this.#definitions
    const base = definitions.type(profile.type)
    const context = [typeOf(definitions, profile.type)]
    const resource = base.kind === 'resource' ? context : undefined
    const inherited = this.#keysOf(base)
    const rules = profile.constraints
      .filter(({ key }) => !inherited.has(key))
      .flatMap((rule) => compileRule(rule, { definitions, context, resource, foreign: true }) ?? [])
    const scope: ProfileScope = {
      definitions,
      profile: (canonical) => known.profile(canonical),
      valueCheck: (element) => valueCheck(element, scope),
    }
    const elements = compileElements(profile.elements, base.elements, scope)
    if (profile.type === 'Extension') rules.push(checkParts(profile.elements))
    return (value, place) => {
      if (!isNode(value)) return
      elements?.(value, place)
      for (const rule of rules) rule(value, place)
    }
  }

  #keysOf(type: TypeDefinition): ReadonlySet<string> {
    const keys = type.constraints.map(({ key }) => key)
    return new Set([
      ...keys,
      ...(type.base === undefined ? [] : this.#keysOf(this.#definitions.type(type.base))),
    ])
  }
}

/** A complex extension holds the parts that its definition names; whatever else is in it has a URL of its own. */
function checkParts(elements: readonly ProfileElement[]): Check {
  const parts = elements.find(({ name }) => name === 'extension')?.slices ?? []
  const urls = new Set(
    parts.flatMap(({ children }) => children?.find(({ name }) => name === 'url')?.fixed ?? []),
  )
  return (value, place) => {
    const { extension } = value as Node
    if (urls.size === 0 || !Array.isArray(extension)) return
    for (const [index, one] of (extension as unknown[]).entries()) {
      if (!isNode(one) || typeof one.url !== 'string' || one.url.includes(':') || urls.has(one.url)) continue
      place.enter('extension')
      place.enter(index)
      place.refuse('extension', `is no part of this extension: use ${[...urls].join(', ').slice(0, 200)}.`)
      place.leave()
      place.leave()
    }
  }
}

/** All that an element asks, as if its base asked nothing. */
function valueCheck(element: ProfileElement, scope: ProfileScope): Check | undefined {
  const [type = ''] = element.types
  const plain = { ...element, types: element.types, min: 0, max: Number.POSITIVE_INFINITY }
  const { binding, constraints, fixed, pattern, profiles, targets, children, ...base } = plain
  const rule = compileValue(element, base, scope)
  return rule && ((value, place) => rule({ value, type }, place))
}
