import type { Definitions, ElementDefinition, SearchParameter } from '#fhir/definitions.ts'
import { choiceName } from '#fhir/element-tree.ts'
import { parseJson } from '#fhir/json.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Veil } from '#fhir/search-query.ts'
import { admits, extractorOf } from './admits.ts'
import { mayNameOthers, type OtherPeople, otherPeopleIn } from './other-people.ts'
import { intersect, type Reach } from './reach.ts'

/** An element hidden from the caller, and where another of their roles shows it all the same. */
export interface HiddenElement {
  readonly name: string
  readonly shownIn: Reach
}

/** Rights are drawn by codes and plain references: neither depends on the clinic's address or clock. */
const context = { localBases: [], timeZone: 'UTC' }

/** Undefined where nothing is hidden. */
export function buildVeil(
  type: string,
  hidden: readonly HiddenElement[],
  people: OtherPeople,
  definitions: Definitions,
): Veil | undefined {
  const covered = hidden.filter(({ shownIn }) => shownIn !== 'all')
  if (covered.length === 0 && people.names.length === 0) return undefined
  const words = people.names.length > 0 ? 'nothing' : intersect(covered.map(({ shownIn }) => shownIn))
  const { elements } = definitions.type(type)
  const properties = [...covered, { name: 'text', shownIn: words }].flatMap(({ name, shownIn }) =>
    propertyNames(name, elements).map((property) => ({ property, shownIn })),
  )
  // A narrative always has a div; its `text` is in every second element.
  const marks = properties.map(({ property }) => (property === 'text' ? '"div"' : `"${property}"`))
  const known = new Map<string, Reach>()

  const hiddenIn = (resource: Resource): readonly string[] =>
    properties
      .filter(
        ({ property, shownIn }) =>
          resource[property] !== undefined && !admits(shownIn, resource, extractorOf(definitions), context),
      )
      .map(({ property }) => property)

  const othersIn = (resource: Resource) => otherPeopleIn(resource, people)

  return {
    words,
    hiddenIn,
    tells(parameter) {
      let reach = known.get(parameter.code)
      if (reach === undefined) {
        const names = namesIn(parameter)
        const status = parameter.kind !== 'reference' && people.names.some((name) => names.has(name))
        // What stands beside a person cannot be told apart from what stands beside another.
        reach = status
          ? 'nothing'
          : intersect(covered.filter(({ name }) => names.has(name)).map(({ shownIn }) => shownIn))
        known.set(parameter.code, reach)
      }
      return reach
    },
    show(text) {
      const crowded = people.names.length > 0 && mayNameOthers(text, people)
      if (!crowded && !marks.some((mark) => text.includes(mark))) return text
      const resource = parseJson(text) as Resource
      const names = hiddenIn(resource)
      const others = othersIn(resource)
      if (names.length === 0 && others.size === 0) return text
      for (const name of names) delete resource[name]
      for (const [name, items] of others) {
        const shown = (resource[name] as unknown[] | undefined)?.filter((item) => !items.includes(item)) ?? []
        if (shown.length === 0) delete resource[name]
        else resource[name] = shown
      }
      return JSON.stringify(resource)
    },
    othersIn,
    people(parameter) {
      if (parameter.kind !== 'reference') return undefined
      const names = namesIn(parameter)
      return people.names.some((name) => names.has(name)) ? people.own : undefined
    },
  }
}

/** As they stand in JSON: each type of a choice has its own name, and a primitive its sibling for what is beside it. */
function propertyNames(name: string, elements: readonly ElementDefinition[]): readonly string[] {
  const element = elements.find((one) => one.name === name)
  const names = element?.isChoice === true ? element.types.map((type) => choiceName(name, type)) : [name]
  return names.flatMap((one) => [one, `_${one}`])
}

/** Every word of the expression: one too many hides a parameter that would tell nothing, one too few would tell. */
function namesIn(parameter: SearchParameter): ReadonlySet<string> {
  const expressions = [
    parameter.expression,
    ...(parameter.components ?? []).flatMap((component) => [
      component.expression,
      component.parameter.expression,
    ]),
  ]
  return new Set(expressions.flatMap((expression) => expression.match(/[A-Za-z]+/g) ?? []))
}
