import type { ElementDefinition } from '#fhir/definitions.ts'
import { choiceName } from '#fhir/element-tree.ts'
import type { Random } from '../random.ts'
import { isObject, isSingle, type JsonObject, type Spot } from '../spots.ts'
import { isRootProperty } from './at-root.ts'
import type { Mutator } from './mutator.ts'
import { sampleTypes, sampleValue } from './sample-value.ts'

interface Addition {
  readonly element: ElementDefinition
  readonly type: string
  readonly key: string
}

/** Elements that the definitions know there, that are not there, and of which a value is at hand. */
function absent(elements: readonly ElementDefinition[], owner: JsonObject): readonly Addition[] {
  return elements.flatMap((element) => {
    const keyed = element.types.map((type) => ({
      element,
      type,
      key: element.isChoice ? choiceName(element.name, type) : element.name,
    }))
    return keyed.some(({ key }) => key in owner) ? [] : keyed.filter(({ type }) => sampleTypes.includes(type))
  })
}

const own = new Set(['id', 'meta', 'implicitRules', 'language'])

interface Place {
  readonly name: string
  applies(spot: Spot): boolean
  find(
    spot: Spot,
    elementsOf: (type: string) => readonly ElementDefinition[],
  ): readonly [JsonObject, readonly Addition[]]
}

const nothing = [{}, []] as const

const places: readonly Place[] = [
  {
    name: 'at-root',
    applies: isRootProperty,
    find: ({ owner, within }, elementsOf) =>
      isObject(owner)
        ? [
            owner,
            absent(
              elementsOf(within).filter(({ name }) => !own.has(name)),
              owner,
            ),
          ]
        : nothing,
  },
  {
    name: 'in-backbone',
    applies: (spot) => isSingle(spot) && spot.element.children !== undefined && isObject(spot.value),
    find: ({ value, element }) =>
      isObject(value) ? [value, absent(element.children ?? [], value)] : nothing,
  },
  {
    name: 'in-data-type',
    applies: (spot) =>
      isSingle(spot) && /^[A-Z]/.test(spot.type) && spot.type !== 'Resource' && isObject(spot.value),
    find: ({ value, type }, elementsOf) =>
      isObject(value) ? [value, absent(elementsOf(type), value)] : nothing,
  },
]

interface Way {
  readonly name: string
  readonly breaksStructure: boolean
  fits(addition: Addition): boolean
  build(addition: Addition, random: Random): unknown
}

const isPrimitive = (type: string): boolean => /^[a-z]/.test(type)

const ways: readonly Way[] = [
  {
    name: 'added',
    breaksStructure: false,
    fits: () => true,
    build: ({ element, type }) => (element.max > 1 ? [sampleValue(type)] : sampleValue(type)),
  },
  {
    name: 'added-in-a-list',
    breaksStructure: true,
    fits: ({ element }) => element.max === 1,
    build: ({ type }) => [sampleValue(type)],
  },
  {
    name: 'added-without-its-list',
    breaksStructure: true,
    fits: ({ element }) => element.max > 1,
    build: ({ type }) => sampleValue(type),
  },
  {
    name: 'added-of-another-form',
    breaksStructure: true,
    fits: () => true,
    build: ({ element, type }, random) => {
      const other = isPrimitive(type)
        ? random.pick<unknown>([{ value: 1 }, { text: 'x' }])
        : random.pick<unknown>(['x', 7, true])
      return element.max > 1 ? [other] : other
    },
  },
]

/** What may be there and is not: the same elements in the forms that the definition allows, and in others. */
export const addedMutators: readonly Mutator[] = places.flatMap((place) =>
  ways.map(
    (way): Mutator => ({
      kind: `${way.name}-${place.name}`,
      breaksStructure: way.breaksStructure,
      applies: (spot, definitions) =>
        place.applies(spot) &&
        place.find(spot, (type) => definitions.type(type).elements)[1].some((one) => way.fits(one)),
      change: (spot, random, definitions) => {
        const [owner, additions] = place.find(spot, (type) => definitions.type(type).elements)
        const addition = random.pick(additions.filter((one) => way.fits(one)))
        owner[addition.key] = way.build(addition, random)
      },
    }),
  ),
)
