import { type FuzzType, ids, names, statusOf, types } from './population.ts'
import type { Random } from './random.ts'

const any = (random: Random, of: readonly FuzzType[] = types): string => {
  const type = random.pick(of)
  return `${type}/${random.pick(ids[type])}`
}
const patient = (random: Random) => `Patient/${random.pick(ids.Patient)}`
const practitioner = (random: Random) => `Practitioner/${random.pick(ids.Practitioner)}`
const name = (random: Random) => random.pick(names)
const birth = (random: Random) => `19${50 + random.below(4)}-01-01`
const gender = (random: Random) => random.pick(['male', 'female'])
const status = (of: keyof typeof statusOf) => (random: Random) => random.pick(statusOf[of])

type Value = (random: Random) => string

/** What can be asked of each type: plain, through others, and by others that refer to it. */
const asked: Partial<Record<FuzzType, readonly (readonly [name: string, value: Value])[]>> = {
  Patient: [
    ['name', name],
    ['gender', gender],
    ['birthdate', birth],
    ['general-practitioner', practitioner],
    ['general-practitioner:Practitioner.name', name],
    ['organization.name', name],
    ['_has:Observation:patient:status', status('Observation')],
    ['_has:Observation:performer:category', () => 'laboratory'],
    ['_has:Appointment:actor:status', status('Appointment')],
    ['_has:Communication:recipient:sender', practitioner],
    ['_has:List:item:status', status('List')],
    ['_has:Group:member:_id', () => 'g1'],
    ['_filter', (random) => `gender eq ${gender(random)} or name eq ${name(random)}`],
    ['_list', (random) => random.pick(ids.List)],
  ],
  RelatedPerson: [
    ['patient', patient],
    ['patient.name', name],
  ],
  Practitioner: [
    ['name', name],
    ['_has:Appointment:actor:patient', patient],
    ['_has:Patient:general-practitioner:gender', gender],
    ['_has:PractitionerRole:practitioner:_id', () => 'dr1'],
  ],
  PractitionerRole: [['practitioner.name', name]],
  Schedule: [
    ['actor', (random) => any(random, ['Practitioner', 'Location', 'Patient'])],
    ['actor:Practitioner.name', name],
    ['_has:Slot:schedule:status', status('Slot')],
  ],
  Slot: [
    ['status', status('Slot')],
    ['schedule', (random) => any(random, ['Schedule'])],
    ['schedule.actor', practitioner],
    ['_has:Appointment:slot:patient', patient],
    ['_has:Appointment:slot:status', status('Appointment')],
    ['_has:Appointment:slot:patient.name', name],
    ['start', () => 'ge2030-01-04'],
  ],
  Appointment: [
    ['status', status('Appointment')],
    ['actor', (random) => any(random, ['Patient', 'Practitioner'])],
    ['patient', patient],
    ['patient.name', name],
    ['actor:Patient.birthdate', birth],
    ['patient.gender', gender],
    ['slot', (random) => any(random, ['Slot'])],
    ['slot.status', status('Slot')],
    ['slot.schedule.actor', practitioner],
    ['supporting-info', (random) => any(random, ['Observation', 'Condition'])],
    ['supporting-info:Observation.status', status('Observation')],
    ['reason-reference', (random) => any(random, ['Condition'])],
    ['reason-reference.code:text', name],
    ['date', () => 'ge2030-01-05'],
    ['_has:AppointmentResponse:appointment:actor', patient],
    ['_filter', (random) => `status eq booked and patient eq ${patient(random)}`],
    ['_filter', (random) => `not (supporting-info eq ${any(random, ['Observation'])})`],
  ],
  AppointmentResponse: [
    ['appointment', (random) => any(random, ['Appointment'])],
    ['appointment.status', status('Appointment')],
    ['appointment.patient', patient],
    ['actor', patient],
  ],
  Observation: [
    ['status', status('Observation')],
    ['category', () => 'laboratory'],
    ['code:text', name],
    ['subject', patient],
    ['patient.name', name],
    ['subject:Patient.general-practitioner', practitioner],
    ['performer', (random) => any(random, ['Practitioner', 'Patient'])],
    ['performer:Patient.gender', gender],
    ['encounter', (random) => any(random, ['Encounter'])],
    ['encounter.status', status('Encounter')],
    ['encounter.appointment.status', status('Appointment')],
    ['has-member.status', status('Observation')],
    ['_has:Appointment:supporting-info:status', status('Appointment')],
    ['_has:Observation:has-member:_has:Provenance:target:_id', (random) => random.pick(ids.Provenance)],
    ['_list', (random) => random.pick(ids.List)],
    ['_filter', (random) => `performer eq ${practitioner(random)} or status eq final`],
  ],
  Condition: [
    ['subject', patient],
    ['code:text', name],
    ['asserter', (random) => any(random, ['Patient', 'Practitioner'])],
    ['encounter.status', status('Encounter')],
    ['_has:Appointment:reason-reference:patient', patient],
  ],
  Encounter: [
    ['status', status('Encounter')],
    ['subject', patient],
    ['appointment', (random) => any(random, ['Appointment'])],
    ['appointment.actor', patient],
    ['_has:Observation:encounter:category', () => 'laboratory'],
  ],
  Communication: [
    ['subject', patient],
    ['sender', (random) => any(random, ['Patient', 'Practitioner'])],
    ['recipient', patient],
    ['recipient:Patient.name', name],
  ],
  List: [
    ['item', (random) => any(random, ['Observation', 'Condition', 'Patient'])],
    ['item:Observation.status', status('Observation')],
    ['subject', patient],
    ['status', status('List')],
  ],
  Group: [
    ['member', patient],
    ['member:Patient.name', name],
  ],
  Provenance: [
    ['target', (random) => any(random, ['Patient', 'Observation', 'Appointment'])],
    ['target:Observation.status', status('Observation')],
  ],
}

const includes: readonly [type: FuzzType, parameter: string, target: readonly FuzzType[]][] = [
  ['Appointment', 'actor', ['Patient', 'Practitioner', 'RelatedPerson']],
  ['Appointment', 'patient', ['Patient']],
  ['Appointment', 'slot', ['Slot']],
  ['Appointment', 'supporting-info', ['Observation', 'Condition']],
  ['Appointment', 'reason-reference', ['Condition']],
  ['Observation', 'subject', ['Patient']],
  ['Observation', 'performer', ['Practitioner', 'Patient']],
  ['Observation', 'encounter', ['Encounter']],
  ['Observation', 'has-member', ['Observation']],
  ['Encounter', 'appointment', ['Appointment']],
  ['Slot', 'schedule', ['Schedule']],
  ['Schedule', 'actor', ['Practitioner', 'Location', 'Patient']],
  ['Patient', 'general-practitioner', ['Practitioner']],
  ['Patient', 'organization', ['Organization']],
  ['Communication', 'recipient', ['Patient', 'Practitioner', 'RelatedPerson']],
  ['List', 'item', ['Observation', 'Condition', 'Patient']],
  ['Provenance', 'target', ['Patient', 'Observation', 'Appointment']],
  ['Group', 'member', ['Patient']],
  ['AppointmentResponse', 'appointment', ['Appointment']],
  ['RelatedPerson', 'patient', ['Patient']],
]

const sorts = ['_id', '-_id', '_lastUpdated', '-_lastUpdated']
const sortsOf: Partial<Record<FuzzType, readonly string[]>> = {
  Patient: ['birthdate', '-name', 'gender,name', 'general-practitioner'],
  Appointment: ['date', '-status', 'supporting-info', 'patient'],
  Observation: ['status', 'performer', '-encounter'],
  Slot: ['start', '-status'],
}

const encode = encodeURIComponent

function criterion(type: FuzzType, random: Random): string {
  const own = asked[type] ?? common
  const through = own.filter(([one]) => /[.]|^_has/.test(one))
  const [parameter, value] = random.pick(
    random.chance(0.15) ? common : random.chance(0.4) && through.length > 0 ? through : own,
  )
  const token = /^(status|gender|category|_tag|_security)$/.test(parameter)
  const plain = !/[.:]/.test(parameter) && !parameter.startsWith('_')
  if (plain && random.chance(0.12)) return `${parameter}:missing=${random.chance(0.5)}`
  if (token && random.chance(0.2)) return `${parameter}:not=${encode(value(random))}`
  return `${parameter}=${encode(value(random))}`
}

const common: readonly (readonly [string, Value])[] = [
  ['_id', (random) => random.pick(ids[random.pick(types)])],
  ['_tag', () => 'urn:kind|a'],
  ['_security', (random) => random.pick(['R', 'N'])],
  ['_lastUpdated', (random) => `ge2029-01-01T00:00:${10 + random.below(49)}Z`],
]

function include(type: FuzzType, random: Random): string {
  const forward = includes.filter(([from]) => from === type)
  const back = includes.filter(([, , targets]) => targets.includes(type))
  const reverse = forward.length === 0 || (back.length > 0 && random.chance(0.5))
  if (random.chance(0.1) && !reverse) return `_include=${type}:*`
  const chosen = random.pick(random.chance(0.2) ? includes : reverse ? back : forward)
  if (chosen === undefined) return '_include=Appointment:actor'
  const iterate = random.chance(0.3) ? ':iterate' : ''
  return `${reverse ? '_revinclude' : '_include'}${iterate}=${chosen[0]}:${chosen[1]}`
}

/** A search of one type, or of several. */
export function buildSearch(random: Random): string {
  const type = random.pick(types)
  const parts = Array.from({ length: random.below(3) }, () => criterion(type, random))
  while (random.chance(0.35)) parts.push(include(type, random))
  if (random.chance(0.3))
    parts.push(`_sort=${random.pick(random.chance(0.6) ? (sortsOf[type] ?? sorts) : sorts)}`)
  parts.push(`_count=${random.pick([1, 2, 3, 50, 50])}`)
  if (random.chance(0.3)) parts.push('_total=accurate')
  if (random.chance(0.1)) parts.push('_summary=count')
  if (random.chance(0.1)) parts.push(`_elements=${random.pick(['status', 'comment,note', 'name,birthDate'])}`)
  if (random.chance(0.1))
    return `/?_type=${random.some(types, 3).join()}&${parts.filter((part) => /^_(id|tag|lastUpdated|count|total|security)=/.test(part)).join('&')}`
  return `/${type}?${parts.join('&')}`
}

export { any, patient as anyPatient }
