import { isObject, isSingle, put, type Spot } from '../spots.ts'
import type { Mutator } from './mutator.ts'

const nonsense = { system: 'http://example.org/no-such-system', code: 'no-such-code' }
const boundConcept = (spot: Spot, type: string, strength: string): boolean =>
  isSingle(spot) && spot.type === type && spot.element.binding?.strength === strength && isObject(spot.value)

const inConcept = (strength: string): Mutator => ({
  kind: `concept-${strength}-foreign`,
  applies: (spot) => boundConcept(spot, 'CodeableConcept', strength),
  change: (spot) => put(spot, { coding: [nonsense] }),
})

const inCoding = (strength: string): Mutator => ({
  kind: `coding-${strength}-foreign`,
  applies: (spot) => boundConcept(spot, 'Coding', strength),
  change: (spot) => put(spot, nonsense),
})

const strengths = ['required', 'extensible', 'preferred', 'example']

export const terminologyMutators: readonly Mutator[] = [
  {
    kind: 'code-foreign',
    applies: (spot) =>
      isSingle(spot) && spot.type === 'code' && spot.element.binding?.strength === 'required',
    change: (spot, random) => put(spot, random.pick(['no-such-code', 'Active', 'ACTIVE', 'x'])),
  },
  {
    kind: 'code-common',
    applies: (spot) => isSingle(spot) && spot.type === 'code' && spot.element.binding !== undefined,
    change: (spot, random) =>
      put(
        spot,
        random.pick(['active', 'draft', 'completed', 'booked', 'free', 'final', 'unknown', 'official']),
      ),
  },
  ...strengths.map(inConcept),
  ...strengths.map(inCoding),
  {
    kind: 'concept-text-only',
    applies: (spot) => isSingle(spot) && spot.type === 'CodeableConcept',
    change: (spot) => put(spot, { text: 'something' }),
  },
  {
    kind: 'coding-code-wrong',
    applies: ({ within, element, owner }) =>
      within === 'Coding' && element.name === 'code' && isObject(owner) && owner.system !== undefined,
    change: (spot) => put(spot, 'no-such-code'),
  },
  {
    kind: 'coding-system-gone',
    applies: ({ within, element, owner }) =>
      within === 'Coding' && element.name === 'code' && isObject(owner) && owner.system !== undefined,
    change: ({ owner }) => {
      if (isObject(owner)) delete owner.system
    },
  },
  {
    kind: 'coding-more',
    applies: ({ within, element, value }) =>
      within === 'CodeableConcept' && element.name === 'coding' && Array.isArray(value),
    change: ({ value }) => (value as unknown[]).push(nonsense),
  },
  {
    kind: 'display-wrong',
    applies: ({ within, element }) => within === 'Coding' && element.name === 'display',
    change: (spot) => put(spot, 'Something else entirely'),
  },
]
