import { checkPermission } from '#access/check-permission.ts'
import type { Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import { referenceIn } from '../availability/roster-resource.ts'
import type { FindWish } from './find-wish.ts'
import type { Parameters } from './read-wish.ts'

/** A parameter of $find, what of the wish it fills, and whom it may name. */
const named = [
  ['practitioner', 'practitioners', ['Practitioner', 'PractitionerRole']],
  ['organization', 'organizations', ['Organization']],
  ['location-reference', 'locations', ['Location']],
  ['device', 'devices', ['Device']],
  ['service', 'services', ['HealthcareService']],
  ['patient-reference', 'patients', ['Patient']],
] as const

type Named = Pick<FindWish, (typeof named)[number][1]>

/** A reference that leads nowhere is said so: leaving it out would answer what nobody asked. */
export async function resolveReferences(
  tx: Transaction,
  parameters: Parameters,
  principal: Principal,
): Promise<Named> {
  const wishes: Record<string, readonly string[]> = {}
  for (const [parameter, wish, types] of named) {
    const found: string[] = []
    for (const value of parameters.get(parameter) ?? [])
      found.push(await resolve(tx, parameter, types, value, principal))
    wishes[wish] = [...new Set(found)]
  }
  const self = principal.patient
  const patients = wishes.patients ?? []
  // Their own visits are taken time, whether they name themselves or not.
  if (patients.length === 0 && self !== undefined) wishes.patients = [`Patient/${self}`]
  return wishes as unknown as Named
}

async function resolve(
  tx: Transaction,
  parameter: string,
  types: readonly string[],
  value: unknown,
  principal: Principal,
): Promise<string> {
  const reference = referenceIn(value)
  const unknown = () =>
    new Refusal(
      'invalid',
      `"${parameter}" names no ${types.join(' or ')} that is here: correct it or leave it out.`,
      {
        expression: parameter,
      },
    )
  if (reference !== undefined) {
    const [type = '', id = ''] = reference.split('/')
    if (!types.includes(type)) throw unknown()
    if (type !== 'Patient') {
      const rows = await tx.query(`SELECT 1 FROM ${tableOf(type)} WHERE tenant = $1 AND id = $2`, [
        tx.tenant,
        id,
      ])
      if (rows.length === 0) throw unknown()
    } else await checkPatient(tx, id, principal, unknown)
    return reference
  }
  const { system, value: number } =
    (value as { identifier?: { system?: string; value?: string } }).identifier ?? {}
  if (system === undefined || number === undefined) throw unknown()
  for (const type of types) {
    const rows = await tx.query<{ id: string }>(
      `SELECT id FROM ${tableOf(type)} WHERE tenant = $1 AND by_identifier @> ARRAY[$2]
         AND content @> jsonb_build_object('identifier', jsonb_build_array(jsonb_build_object('system', $3::text, 'value', $4::text)))`,
      [tx.tenant, `${system}|${number.toLowerCase()}`, system, number],
    )
    const [first, ...more] = rows
    if (first === undefined || more.length > 0) continue
    if (type === 'Patient') await checkPatient(tx, first.id, principal, unknown)
    return `${type}/${first.id}`
  }
  throw unknown()
}

/** Whether a time is free for somebody tells when they are not: only for those whose record one may see. */
async function checkPatient(
  tx: Transaction,
  id: string,
  principal: Principal,
  unknown: () => Refusal,
): Promise<void> {
  if (principal.patient === id) return
  checkPermission(principal, 'Patient', 'r')
  const found = await tx.as(principal.viewerFor('r')).read('Patient', id)
  if (found === undefined || found.deleted) throw unknown()
}
