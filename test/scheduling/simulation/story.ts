import type { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { Model } from './model.ts'
import { Random } from './random.ts'
import { Scheduler } from './scheduler.ts'
import type { Clinic } from './simulated-clinic.ts'
import { demandsOf, type Place, patients, places, visit } from './world.ts'

const never = Number.POSITIVE_INFINITY
const holdLasts = 600_000

/** Several clients at once, each with a few things to do; who takes the next step is the seed's. Answers with what was wrong. */
export async function tellStory(clinic: Clinic, seed: number): Promise<readonly string[]> {
  const random = new Random(seed)
  const scheduler = new Scheduler(random, clinic.countBlocked)
  const tenant = `story-${seed}-${clinic.label}`
  await clinic.open(tenant)
  const model = new Model()
  const faults: string[] = []
  const judgements: (() => string | undefined)[] = []
  let tick = 0
  let time = clinic.start

  const client = async (task: number) => {
    const own = new Random(seed * 1_000 + task)
    const send = clinic.sender(tenant, () => scheduler.gate(task))
    const id = `v${task}`
    let at: Place | undefined
    // One of them may book one more than there is room for.
    const over = task === 3
    const patient = patients[own.below(patients.length)] as string
    for (let turn = 0; turn < 3; turn++) {
      const place = own.pick(places)
      const deed =
        at === undefined
          ? own.pick(['book', 'hold', 'expire'] as const)
          : own.pick(['move', 'cancel', 'confirm', 'expire'] as const)
      if (deed === 'expire') {
        if (own.below(3) > 0) continue
        time += holdLasts + 1
        await clinic.setTime(tenant, time)
        await send.endHolds()
        continue
      }
      const target = deed === 'confirm' ? (at as Place) : place
      const expires = deed === 'hold' ? time + holdLasts : undefined
      const status = deed === 'hold' ? 'pending' : deed === 'cancel' ? 'cancelled' : 'booked'
      const asked = ++tick
      const asking = time
      const mine = model.placements.filter(
        ({ appointment, backAsked }) => appointment === id && backAsked === never,
      )
      for (const one of mine) one.backAsked = asked
      const refusal = await send.put(
        visit(id, deed === 'cancel' ? (at as Place) : target, patient, status, { expires, over }),
      )
      const answered = ++tick
      const demands = deed === 'cancel' ? [] : demandsOf(target, patient, over)
      if (refusal === undefined) {
        for (const one of mine) one.backAnswered = answered
        at = deed === 'cancel' ? undefined : target
        for (const demand of demands)
          model.placements.push({
            ...{ appointment: id, ...demand, asked, answered, backAsked: never, backAnswered: never },
            ...(expires !== undefined && { expires }),
          })
        if (deed === 'cancel') return
      } else {
        for (const one of mine) one.backAsked = never
        const wasHold = mine.some((one) => one.expires !== undefined && one.expires <= time)
        // Judged when all is told: whoever was first may hear of it after the one who waited for them.
        judgements.push(() => {
          const justified =
            wasHold || (refusal.kind === 'conflict' && model.mayBeTaken(demands, id, asked, answered, asking))
          if (!justified)
            return `${id} ${deed} ${target.slot}: refused without need (${refusal.kind}: ${refusal.message})`
          // The constraint refuses as well, but does not say what there is no time of.
          const told = refusal.issues.every(({ expression }) => expression !== undefined)
          if (refusal.kind === 'conflict' && !told)
            return `${id} ${deed} ${target.slot}: refused without being told what is taken`
          return undefined
        })
        if (wasHold) return
      }
    }
  }
  await scheduler.run(Array.from({ length: 4 }, () => client))
  await clinic.sender(tenant, () => Promise.resolve()).endHolds()
  faults.push(...judgements.flatMap((judge) => judge() ?? []))
  const overbooked = model.overbooked()
  if (overbooked !== undefined) faults.push(overbooked)
  faults.push(...(await checkEnd(clinic, tenant, time)))
  return faults.map((fault) => `seed ${seed}: ${fault}`)
}

/** What lies in the database at the end: visits, slots and claims tell the same. */
async function checkEnd(clinic: Clinic, tenant: string, time: number): Promise<readonly string[]> {
  const faults: string[] = []
  const live = (await clinic.resources(tenant, 'Appointment')).filter(
    ({ status, extension }) => status === 'booked' || (status === 'pending' && expiryOf(extension) > time),
  )
  const expected = new Set<string>()
  for (const appointment of live) {
    const slot = (appointment.slot as { reference: string }[])[0]?.reference.slice(5)
    const place = places.find((one) => one.slot === slot) as Place
    const patient = (appointment.participant as { actor: { reference: string } }[])[0]?.actor.reference.slice(
      8,
    ) as string
    for (const { actor } of demandsOf(place, patient, false))
      expected.add(`${appointment.id} ${actor} ${appointment.start} ${appointment.end}`)
  }
  const claims = new Set(await clinic.claims(tenant))
  for (const one of expected.difference(claims)) faults.push(`no claim for ${one}`)
  for (const one of claims.difference(expected)) faults.push(`a claim without a visit: ${one}`)
  for (const slot of await clinic.resources(tenant, 'Slot')) {
    const { capacity } = places.find((place) => place.slot === slot.id) as Place
    const of = live.filter((one) => JSON.stringify(one.slot).includes(`"Slot/${slot.id}"`))
    const more = of.some(({ id }) => id === 'v3') ? 1 : 0
    if (of.length > capacity + more) faults.push(`Slot/${slot.id} has ${of.length} visits`)
    if ((slot.overbooked === true) !== of.length > capacity)
      faults.push(`Slot/${slot.id} says overbooked ${slot.overbooked} with ${of.length} visits`)
    const soft = of.some(({ status }) => status === 'pending')
    const status = of.length < capacity ? 'free' : soft ? 'busy-tentative' : 'busy'
    if (slot.status !== status) faults.push(`Slot/${slot.id} says ${slot.status}, it is ${status}`)
  }
  return faults
}

function expiryOf(extension: unknown): number {
  const [hold] = (extension ?? []) as { valueInstant?: string }[]
  return hold?.valueInstant === undefined ? never : Date.parse(hold.valueInstant)
}

export type { Refusal, Resource }
