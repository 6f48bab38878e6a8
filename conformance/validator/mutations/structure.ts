import { choiceName } from '#fhir/element-tree.ts'
import { isObject, isSingle, put, take } from '../spots.ts'
import type { Mutator } from './mutator.ts'
import { sampleValue } from './sample-value.ts'

/** The resource's own marks and the narrative have rules of their own; see the other tables. */
export const structureMutators: readonly Mutator[] = [
  {
    kind: 'removed',
    applies: ({ element }) => element.min === 0,
    change: take,
  },
  {
    kind: 'removed-required',
    breaksStructure: true,
    applies: ({ kind, element, owner, key }) =>
      kind === 'property' && element.min > 0 && !(`_${key}` in owner),
    change: take,
  },
  {
    kind: 'unknown-element',
    breaksStructure: true,
    applies: ({ value, kind }) => isObject(value) && kind === 'item',
    change: ({ value }) => {
      if (isObject(value)) value.favouriteColour = 'blue'
    },
  },
  {
    kind: 'unknown-at-root',
    breaksStructure: true,
    applies: ({ within, owner }) => isObject(owner) && owner.resourceType === within,
    change: ({ owner }, random) => {
      if (isObject(owner)) owner[random.pick(['favouriteColour', 'Name', 'ID', 'value'])] = 'blue'
    },
  },
  {
    kind: 'misspelt',
    breaksStructure: true,
    applies: ({ kind }) => kind === 'property',
    change: (spot, random) => {
      const key = String(spot.key)
      const wrong = random.pick([key.charAt(0).toUpperCase() + key.slice(1), `${key}s`, key.slice(0, -1)])
      const { owner, value } = spot
      take(spot)
      if (isObject(owner)) owner[wrong] = value
    },
  },
  {
    kind: 'repeated',
    breaksStructure: true,
    applies: ({ kind, element }) => kind === 'property' && element.max === 1,
    change: (spot) => put(spot, [spot.value, spot.value]),
  },
  {
    kind: 'unwrapped',
    breaksStructure: true,
    applies: ({ value }) => Array.isArray(value) && value.length > 0,
    change: (spot) => put(spot, (spot.value as unknown[])[0]),
  },
  {
    kind: 'item-again',
    applies: ({ kind }) => kind === 'item',
    change: ({ owner, value }) => (owner as unknown[]).push(value),
  },
  {
    kind: 'items-turned',
    applies: ({ value }) => Array.isArray(value) && value.length > 1,
    change: ({ value }) => (value as unknown[]).reverse(),
  },
  {
    kind: 'second-form',
    breaksStructure: true,
    applies: ({ element }) => element.isChoice && element.types.length > 1,
    change: ({ element, owner, type }, random) => {
      const other = random.pick(element.types.filter((one) => one !== type))
      if (isObject(owner)) owner[choiceName(element.name, other)] = sampleValue(other)
    },
  },
  {
    kind: 'other-form',
    applies: ({ element }) => element.isChoice && element.types.length > 1,
    change: (spot, random) => {
      const other = random.pick(spot.element.types.filter((one) => one !== spot.type))
      take(spot)
      if (isObject(spot.owner)) spot.owner[choiceName(spot.element.name, other)] = sampleValue(other)
    },
  },
  {
    kind: 'no-such-form',
    breaksStructure: true,
    applies: ({ element }) => element.isChoice && !element.types.includes('Address'),
    change: (spot) => {
      take(spot)
      if (isObject(spot.owner)) spot.owner[`${spot.element.name}Address`] = sampleValue('Address')
    },
  },
  {
    kind: 'empty-list',
    breaksStructure: true,
    applies: ({ value }) => Array.isArray(value),
    change: (spot) => put(spot, []),
  },
  {
    kind: 'empty-object',
    breaksStructure: true,
    applies: (spot) => isSingle(spot) && isObject(spot.value),
    change: (spot) => put(spot, {}),
  },
  {
    kind: 'null',
    breaksStructure: true,
    applies: (spot) => isSingle(spot) && (spot.kind === 'property' || isObject(spot.value)),
    change: (spot) => put(spot, null),
  },
  {
    kind: 'null-more',
    breaksStructure: true,
    applies: ({ value }) => Array.isArray(value),
    change: ({ value }) => (value as unknown[]).push(null),
  },
  {
    kind: 'list-in-list',
    breaksStructure: true,
    applies: ({ kind }) => kind === 'item',
    change: (spot) => put(spot, [spot.value]),
  },
  {
    kind: 'object-to-text',
    breaksStructure: true,
    applies: (spot) => isSingle(spot) && isObject(spot.value),
    change: (spot) => put(spot, 'text'),
  },
  {
    kind: 'primitive-to-object',
    breaksStructure: true,
    applies: (spot) => isSingle(spot) && !isObject(spot.value),
    change: (spot) => put(spot, { value: spot.value }),
  },
]
