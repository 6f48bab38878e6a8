import { checkEnd } from './check-end.ts'
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
  faults.push(...(await checkEnd(clinic, tenant, time, places)))
  return faults.map((fault) => `seed ${seed}: ${fault}`)
}
