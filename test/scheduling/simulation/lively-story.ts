import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { asBooked } from '#scheduling/booking/appointment-edits.ts'
import { checkEnd, slotOf } from './check-end.ts'
import { Random } from './random.ts'
import { Scheduler } from './scheduler.ts'
import type { Clinic } from './simulated-clinic.ts'
import { instant, morePlaces, type Place, patients, places as somePlaces, visit } from './world.ts'

const places = [...somePlaces, ...morePlaces]
const ofDoctor = places.filter(({ doctor }) => doctor === 'a')
const closure = { from: 0, to: 30 }
const isClosed = ({ doctor, from, to }: Place) => doctor === 'a' && from < closure.to && closure.from < to
const minute = 60_000
const waiting = 'w'

/** What a client was told last of its visit. */
interface Told {
  readonly place: Place | undefined
  readonly held: boolean
  readonly asked: number
}

/** People book, hold, move and cancel while a morning is re-planned and somebody on the waiting list is offered what is free. */
export async function tellLivelyStory(clinic: Clinic, seed: number): Promise<readonly string[]> {
  const random = new Random(seed)
  const scheduler = new Scheduler(random, clinic.countBlocked)
  const tenant = `lively-${seed}-${clinic.label}`
  await clinic.open(tenant, morePlaces)
  const faults: string[] = []
  const told = new Map<string, Told>()
  let time = clinic.start
  let tick = 0
  let replanAsked = Number.POSITIVE_INFINITY
  let report: Resource | undefined
  const passTime = async (minutes: number) => {
    time += minutes * minute
    await clinic.setTime(tenant, time)
  }

  const client = async (task: number) => {
    const own = new Random(seed * 1_000 + task)
    const send = clinic.sender(tenant, () => scheduler.gate(task))
    const id = `v${task}`
    const patient = patients[task] as string
    for (let turn = 0; turn < 3; turn++) {
      const last = told.get(id)
      const deed =
        last === undefined ? own.pick(['book', 'book', 'hold']) : own.pick(['move', 'move', 'cancel'])
      const place = deed === 'cancel' ? (last?.place as Place) : own.pick(ofDoctor)
      const expires = deed === 'hold' ? time + 600_000 : undefined
      const status = deed === 'hold' ? 'pending' : deed === 'cancel' ? 'cancelled' : 'booked'
      const asked = ++tick
      const refusal = await send.put(visit(id, place, patient, status, { expires }))
      if (refusal === undefined)
        told.set(id, { place: deed === 'cancel' ? undefined : place, held: deed === 'hold', asked })
      else if (refusal.status >= 500) faults.push(`${id} ${deed}: ${refusal.message}`)
      if (deed === 'cancel' && refusal === undefined) return
    }
  }
  const replan = async (task: number) => {
    const send = clinic.sender(tenant, () => scheduler.gate(task))
    replanAsked = ++tick
    const range = { start: instant(closure.from), end: instant(closure.to) }
    const answer = await send.replan('a', range)
    if (!(answer instanceof Refusal)) report = answer
    else faults.push(`the re-plan was refused: ${answer.message}`)
  }
  const waiter = async (task: number) => {
    const own = new Random(seed * 1_000 + task)
    const send = clinic.sender(tenant, () => scheduler.gate(task))
    await send.put({
      ...{ resourceType: 'Appointment', id: waiting, status: 'waitlist' },
      requestedPeriod: [{ start: instant(0), end: instant(120) }],
      participant: ['Patient/p5', 'Practitioner/a'].map((reference) => ({
        actor: { reference },
        status: 'needs-action',
      })),
    })
    for (let turn = 0; turn < 2; turn++) {
      await send.look()
      const entry = (await clinic.resources(tenant, 'Appointment')).find(({ id }) => id === waiting)
      if (entry?.status !== 'pending') continue
      if (own.below(2) === 0) {
        await passTime(11)
        await send.endHolds()
        continue
      }
      const refusal = await send.put(asBooked(entry))
      const late = Date.parse(String(expiryOf(entry))) <= time
      if (refusal !== undefined && !late) faults.push(`an offer could not be taken: ${refusal.message}`)
      return
    }
  }
  await scheduler.run([client, client, replan, waiter])
  const quiet = clinic.sender(tenant, () => Promise.resolve())
  await quiet.endHolds()
  await quiet.look()
  faults.push(...(await checkEnd(clinic, tenant, time, places, isClosed)))
  const visits = await clinic.resources(tenant, 'Appointment')
  faults.push(...checkTold(visits, told, report, replanAsked, time))
  faults.push(...(await checkWaiting(clinic, tenant, visits)))
  return faults.map((fault) => `seed ${seed}: ${fault}`)
}

interface Part {
  readonly name: string
  readonly valueReference?: { readonly reference: string }
  readonly part?: readonly Part[]
}

const named = (parts: readonly Part[] = [], name: string) => parts.filter((one) => one.name === name)

/** Nobody loses what they were told they have, but by the re-plan, which tells where they are now. */
function checkTold(
  visits: readonly Resource[],
  told: ReadonlyMap<string, Told>,
  report: Resource | undefined,
  replanAsked: number,
  time: number,
): readonly string[] {
  const faults: string[] = []
  const parts = (report?.parameter ?? []) as readonly Part[]
  const about = (one: Part) => named(one.part, 'appointment')[0]?.valueReference?.reference.slice(12)
  const moved = new Map(
    named(parts, 'move').map((one) => [
      about(one),
      named(named(one.part, 'to')[0]?.part, 'slot')[0]?.valueReference?.reference.slice(5),
    ]),
  )
  const left = new Set(named(parts, 'left').map(about))
  for (const [id, { place, held, asked }] of told) {
    const stored = visits.find((one) => one.id === id)
    if (place === undefined || (held && time > asked)) continue
    if (stored?.status !== 'booked') {
      faults.push(`${id} was told it has ${place.slot}, and is ${stored?.status}`)
      continue
    }
    const at = slotOf(stored)
    if (at !== place.slot && at !== moved.get(id))
      faults.push(`${id} was told ${place.slot}, and is at ${at}`)
    const here = places.find(({ slot }) => slot === at) as Place
    if (report !== undefined && isClosed(here) && asked < replanAsked && !left.has(id))
      faults.push(`${id} is left at ${at}, which is closed, and nobody is told`)
  }
  return faults
}

function expiryOf({ extension }: Resource): string | undefined {
  return ((extension ?? []) as { valueInstant?: string }[]).find((one) => one.valueInstant !== undefined)
    ?.valueInstant
}

/** Whoever waits has an offer, a visit, or nothing that could be offered; what was let pass is not offered again. */
async function checkWaiting(
  clinic: Clinic,
  tenant: string,
  visits: readonly Resource[],
): Promise<readonly string[]> {
  const entry = visits.find(({ id }) => id === waiting)
  const offers = await clinic.query<{ open: boolean }>(
    'select outcome is null as open from waitlist_offer where tenant = $1 and appointment = $2',
    [tenant, waiting],
  )
  const open = offers.filter((one) => one.open).length
  const faults: string[] = []
  if (open !== (entry?.status === 'pending' ? 1 : 0))
    faults.push(`${open} open offers to one who is ${entry?.status}`)
  if (entry?.status !== 'waitlist' || offers.length > 0) return faults
  const claimed = (await clinic.claims(tenant)).filter((claim) => claim.includes(' Practitioner/a '))
  const isTaken = ({ from, to }: Place) =>
    claimed.some((claim) => {
      const [, , begins = '', ends = ''] = claim.split(' ')
      return begins < instant(to) && instant(from) < ends
    })
  const slots = await clinic.resources(tenant, 'Slot')
  const free = ofDoctor.filter(
    (place) =>
      slots.find(({ id }) => id === place.slot)?.status === 'free' && !isTaken(place) && !isClosed(place),
  )
  return [...faults, ...free.map(({ slot }) => `${slot} is free, and is not offered to who waits for it`)]
}
