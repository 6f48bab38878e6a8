import type { Resource } from '#fhir/resource.ts'
import type { Answer, Visit } from './fuzz.ts'
import { buildResource, ids } from './population.ts'
import type { Random } from './random.ts'
import { isDone, learn } from './writes.ts'

const reference = (random: Random, type: 'Patient' | 'Practitioner') => `${type}/${random.pick(ids[type])}`
const range = 'start=2030-01-01T00:00:00Z&end=2030-01-12T00:00:00Z'

/** Questions to the calendar: what they name must be there for the caller, and what they answer must be shown to them. */
const questions: readonly ((random: Random) => string)[] = [
  (random) => `/Appointment/$find?${range}&patient-reference=${reference(random, 'Patient')}`,
  (random) => `/Appointment/$find?${range}&practitioner=${reference(random, 'Practitioner')}`,
  (random) =>
    `/Appointment/$find?${range}&follow-up-to=Appointment/${random.pick(ids.Appointment)}&interval=5|http://unitsofmeasure.org|d`,
  () => `/Appointment/$find?${range}&_count=200`,
  (random) => `/Appointment/${random.pick(ids.Appointment)}/$ics?method=REQUEST`,
  (random) => `/Appointment/${random.pick(ids.Appointment)}/$position`,
  (random) => `/Appointment/${random.pick(ids.Appointment)}/$timeline`,
  () => '/Appointment/$waitlist',
  (random) => `/Patient/${random.pick(ids.Patient)}/$disclosures`,
  (random) => `/Schedule/${random.pick(ids.Schedule)}/$freebusy?${range}`,
  (random) => `/Schedule/$utilization?${range}&actor=${reference(random, 'Practitioner')}`,
  (random) => `/Schedule/${random.pick(ids.Schedule)}/$explain?start=2030-01-05T09:00:00Z`,
  (random) =>
    `/Schedule/$explain?start=2030-01-05T09:00:00Z&actor=${reference(random, 'Practitioner')}&patient-reference=${reference(random, 'Patient')}`,
]

export async function askCalendar(visit: Visit, line: string): Promise<void> {
  const answer = await visit.ask(line)
  const [, whose] = /^GET \/Patient\/(\w+)\/\$disclosures/.exec(line) ?? []
  if (whose !== undefined) return checkDisclosures(visit, line, whose, answer)
  visit.checkMarks(line, answer.text, 'r')
  if (!isDone(answer.status)) return
  checkShown(visit, line, answer.text)
  if (line.includes('/$find?')) checkOffers(visit, line, answer.text)
  const { oracle, world } = visit
  const known = (place: string) => world.entries.get(place)?.versions.at(-1)?.resource
  const patient = /patient-reference=(Patient\/\w+)/.exec(line)?.[1]
  const own = `Patient/${visit.caller.claims.patient}`
  if (patient !== undefined && patient !== own && !oracle.sees(known(patient) as Resource, 'r'))
    visit.fail(line, `it tells of the time of ${patient}: ${answer.text}`)
  const [, asked] = /^GET \/(Appointment\/\w+)\/\$/.exec(line) ?? []
  const appointment = asked === undefined ? undefined : known(asked)
  if (asked !== undefined && (appointment === undefined || !oracle.sees(appointment, 'r')))
    visit.fail(line, `it tells of what is not there for this caller: ${answer.text}`)
}

/** Time is offered by slots, to whoever could search them. */
function checkOffers(visit: Visit, line: string, text: string): void {
  const { world, oracle } = visit
  for (const [, slot = ''] of text.matchAll(/"reference":"(Slot\/\w+)"/g)) {
    const known = world.entries.get(slot)?.versions.at(-1)?.resource
    if (known === undefined || !oracle.sees(known, 's'))
      visit.fail(line, `it offers the time of ${slot}: ${text}`)
  }
}

/** What the log says about a patient is for them, for who acts for them, and for who sees all of the log. */
function checkDisclosures(visit: Visit, line: string, id: string, { status, text }: Answer): void {
  if (!isDone(status)) return
  const { oracle, world, caller } = visit
  const { patient, fhirUser = `Patient/${patient}` } = caller.claims
  const own = fhirUser === `Patient/${id}` || (fhirUser.startsWith('RelatedPerson/') && patient === id)
  if (!own && !oracle.seesWhole('AuditEvent', 's')) visit.fail(line, `it tells who saw a stranger: ${text}`)
  for (const event of world.trail) {
    const mark = event.meta?.tag?.[0]?.code ?? ''
    if (text.includes(mark) && !JSON.stringify(event).includes(`"Patient/${id}"`))
      visit.fail(line, `it tells of ${JSON.stringify(event)}`)
  }
}

export function buildQuestion(random: Random): string {
  return `GET ${random.pick(questions)(random)}`
}

const steps = ['$cancel', '$check-in', '$no-show', '$reschedule', '$hold', '$book', '$series'] as const

/** One step of a visit that is stored, or a booking of one that is not: allowed as the update or create that it is. */
export async function tryCalendar(visit: Visit, random: Random): Promise<void> {
  const { oracle, world } = visit
  const step = random.pick(steps)
  const isNew = step === '$series' || ((step === '$hold' || step === '$book') && random.chance(0.5))
  const id = random.pick(ids.Appointment)
  const before = world.entries.get(`Appointment/${id}`)
  const { id: _, ...fresh } = buildResource('Appointment', 'none', random)
  // A course keeps to slots of its own times, which chance hardly ever makes.
  const { slot: __, ...free } = fresh
  const wanted = { ...(step === '$series' ? free : fresh), status: 'proposed' }
  const parameter = [
    ...(step === '$reschedule' ? [{ name: 'start', valueDateTime: '2031-01-05T09:00:00Z' }] : []),
    ...(step === '$series' ? [{ name: 'count', valueInteger: 2 }] : []),
    ...(isNew ? [{ name: 'appointment-resource', resource: wanted }] : []),
  ]
  const line = isNew ? `POST /Appointment/${step}` : `POST /Appointment/${id}/${step}`
  const answer = await visit.ask(line, { body: { resourceType: 'Parameters', parameter } })
  const told = `${line} ${JSON.stringify(parameter)} on ${JSON.stringify(before?.versions.at(-1))}`
  const made = isNew
    ? [...answer.text.matchAll(/"fullUrl":"[^"]*\/Appointment\/([^"]+)"/g)].map(([, one = '']) => one)
    : [id]
  const versions = isNew ? 0 : (before?.versions.length ?? 0)
  for (const one of made) {
    const now = await learn(visit, 'Appointment', one)
    if (now === undefined || now.versions.length <= versions) continue
    const from = isNew ? undefined : before?.versions.at(-1)?.resource
    const after = now.versions.at(-1)?.resource as Resource
    const may =
      from === undefined
        ? oracle.mayCreate(after)
        : oracle.sees(from, 'u') && oracle.mayUpdate(from, oracle.show(after), after)
    if (!may) visit.fail(told, `it is done: ${JSON.stringify(after)}`)
  }
  visit.checkMarks(told, answer.text, 'r')
  if (isDone(answer.status)) checkShown(visit, told, answer.text)
}

/** No resource in the answer has what the caller is not shown of it. */
function checkShown(visit: Visit, line: string, text: string): void {
  if (!text.startsWith('{')) {
    const lists = visit.oracle.crowds('Appointment').length > 0
    const named = [...text.replaceAll(/\r?\n /g, '').matchAll(/fhir\/((?:Patient|RelatedPerson)\/\w+)/g)]
    if (lists && named.some(([, one]) => visit.oracle.isOther({ reference: one })))
      visit.fail(line, `it names others: ${text}`)
    return
  }
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const resource = value as Resource
    // An offer names whoever its Schedule names, and Schedules are public.
    const isOffer = resource.id?.includes('.') === true
    if (typeof resource.resourceType === 'string' && resource.resourceType in ids && !isOffer) {
      const shown = visit.oracle.show(resource)
      if (JSON.stringify(shown) !== JSON.stringify(resource))
        visit.fail(line, `it shows ${JSON.stringify(resource)} instead of ${JSON.stringify(shown)}`)
    }
    for (const one of Object.values(value)) look(one)
  }
  look(JSON.parse(text))
}
