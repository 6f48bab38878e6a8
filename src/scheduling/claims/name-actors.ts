import type { Resource } from '#fhir/resource.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import { type Named, takesTime } from '../visit.ts'
import type { Taker, Visited } from './moves.ts'

interface Participant {
  readonly actor?: {
    readonly reference?: string
    readonly type?: string
    readonly identifier?: { readonly system?: string; readonly value?: string }
  }
  readonly status?: string
  readonly required?: string
}

interface Logical {
  readonly type: string | undefined
  readonly term: string
  readonly expression: string
}

/** Whose time is taken, whichever way they are named. */
const types = ['Practitioner', 'PractitionerRole', 'Location', 'HealthcareService', 'Device', 'Patient']

/** https://hl7.org/fhir/R4/references.html#logical: who is here and is named by an identifier alone is as busy as by their id. */
export async function nameActors(tx: Transaction, takers: readonly Taker[]): Promise<readonly Taker[]> {
  const logical = new Map(takers.map((taker) => [taker, logicalActors(taker.after)]))
  const terms = [...new Set([...logical.values()].flat().map(({ term }) => term))]
  if (terms.length === 0) return takers
  const rows = await tx.query<{ term: string; reference: string }>(
    types
      .map(
        (type) => `SELECT term, '${type}/' || id AS reference FROM unnest($2::text[]) term
          JOIN ${tableOf(type)} ON tenant = $1 AND by_identifier @> ARRAY[term]`,
      )
      .join(' UNION ALL '),
    [tx.tenant, terms],
  )
  return takers.map((taker) => {
    const named = (logical.get(taker) ?? []).flatMap(({ type, term, expression }) =>
      rows
        .filter((row) => row.term === term && (type === undefined || row.reference.startsWith(`${type}/`)))
        .map(({ reference }): Named => ({ reference, expression })),
    )
    return { ...taker, visit: { ...taker.visit, actors: [...taker.visit.actors, ...named] } }
  })
}

function logicalActors({ participant = [] }: Resource): readonly Logical[] {
  return (participant as readonly Participant[]).flatMap((one, at) => {
    const { reference, type, identifier: { system, value } = {} } = one.actor ?? {}
    if (reference !== undefined || system === undefined || value === undefined || !takesTime(one)) return []
    return [
      { type, term: `${system}|${value.toLowerCase()}`, expression: `Appointment.participant[${at}].actor` },
    ]
  })
}

/** Rules ask about those who come, by whichever way they are named. */
export function withNamedActors({ after, visit: { actors } }: Visited): Resource {
  const { participant } = after
  if (!Array.isArray(participant)) return after
  const named = new Map(actors.map(({ expression, reference }) => [expression, reference]))
  const nameOf = ({ actor }: Participant, at: number) =>
    named.get(`Appointment.participant[${at}].actor`) ?? actor?.reference
  const all = participant as readonly Participant[]
  if (all.every((one, at) => nameOf(one, at) === one.actor?.reference)) return after
  return {
    ...after,
    participant: all.map((one, at) => ({ ...one, actor: { ...one.actor, reference: nameOf(one, at) } })),
  }
}
