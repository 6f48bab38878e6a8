import { Refusal } from '#fhir/refusal.ts'
import type { InteractionName } from '../exchange.ts'
import { capabilityBase } from './base.ts'

/** What a resource type serves unless fhir-profiles/capability.json says less. */
export const instanceInteractions = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
] as const satisfies readonly InteractionName[]

const exceptions = new Map(
  capabilityBase.rest[0].resource
    .filter((entry) => entry.interaction !== undefined)
    .map((entry) => [entry.type, new Set(entry.interaction?.map(({ code }) => code))] as const),
)

const methods: readonly (readonly [InteractionName, string])[] = [
  ['search-type', 'GET, HEAD, POST'],
  ['read', 'GET, HEAD'],
  ['create', 'POST'],
  ['update', 'PUT'],
  ['patch', 'PATCH'],
  ['delete', 'DELETE'],
]

/** Operations are told apart by their definitions. */
export function isServed(type: string, interaction: InteractionName): boolean {
  return interaction === 'operation' || (exceptions.get(type)?.has(interaction) ?? true)
}

/** The router asks the same table that /metadata is made from: neither can say what the other does not. */
export function checkServed(type: string, interaction: InteractionName): void {
  if (isServed(type, interaction)) return
  const allowed = new Set(
    methods.filter(([name]) => isServed(type, name)).flatMap(([, names]) => names.split(', ')),
  )
  throw new Refusal(
    'method-not-allowed',
    `${type} does not support ${interaction}: see /metadata for what it does.`,
    {
      headers: { Allow: [...allowed].join(', ') },
    },
  )
}
