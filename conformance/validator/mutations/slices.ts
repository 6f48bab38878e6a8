import { copyOf, isObject, put, type Spot, take } from '../spots.ts'
import { addTo } from './at-root.ts'
import type { Mutator } from './mutator.ts'

/** Lists that our profiles and US Core's slice. */
const sliced = new Set(['extension', 'identifier', 'entity', 'address', 'name', 'participant'])

const isSliceItem = ({ kind, element, expression, value }: Spot): boolean =>
  kind === 'item' && sliced.has(element.name) && isObject(value) && expression.split('.').length === 2

const ofSlice = (kind: string, change: Mutator['change']): Mutator => ({ kind, applies: isSliceItem, change })

/** What tells the slices apart, what they must hold, and how often they may come. */
export const sliceMutators: readonly Mutator[] = [
  ofSlice('slice-gone', take),
  ofSlice('slice-twice', ({ owner, value }) => (owner as unknown[]).push(copyOf(value))),
  ofSlice('slice-key-changed', ({ value }) => {
    if (!isObject(value)) return
    if ('url' in value) value.url = 'http://example.org/fhir/StructureDefinition/mood'
    else if ('system' in value) value.system = 'http://example.org/ids'
    else value.type = { system: 'http://example.org/types', code: 'x' }
  }),
  ofSlice('slice-emptied', (spot) => {
    if (!isObject(spot.value)) return
    for (const name of Object.keys(spot.value)) if (!/^(url|system|use)$/.test(name)) delete spot.value[name]
  }),
  ofSlice('slice-value-changed', ({ value }, random) => {
    if (!isObject(value)) return
    const names = Object.keys(value).filter((name) => !/^(url|system|use|type)$/.test(name))
    if (names.length === 0) return
    const name = random.pick(names)
    if (typeof value[name] === 'string') value[name] = random.pick(['x', '1234567890', 'Somewhere/Else'])
    else delete value[name]
  }),
  ofSlice('slice-part-twice', ({ value }) => {
    const parts = isObject(value) ? value.extension : undefined
    if (isObject(value) && Array.isArray(parts)) addTo(value, 'extension', copyOf(parts[0]))
  }),
  ofSlice('slice-part-gone', (spot, random) => {
    const parts = isObject(spot.value) ? spot.value.extension : undefined
    if (!Array.isArray(parts)) return
    parts.splice(random.below(parts.length), 1)
    if (parts.length === 0)
      put(spot, { url: 'http://example.org/fhir/StructureDefinition/mood', valueCode: 'x' })
  }),
]
