import { expect, test, vi } from 'vitest'
import { createPrincipal } from '#access/create-principal.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { ClinicCalendars } from '#scheduling/find/clinic-calendar.ts'
import { type LookParts, lookThrough } from '#scheduling/waitlist/look-through.ts'
import { Random } from '../simulation/random.ts'
import { book, openWaitingClinic, type WaitingClinic } from './waiting-clinic.ts'

/** More of them: WAITLIST_STORIES=50. */
const stories = Number(process.env.WAITLIST_STORIES ?? 2)
const rounds = 7

interface Waits {
  readonly id: string
  readonly patient: string
  /** 1 first. */
  readonly urgency: number
  /** Who came first. */
  readonly number: number
  /** Of slots, first and last. */
  readonly wish: readonly [number, number]
}

interface Offer {
  readonly appointment: string
  readonly begins: Date
  readonly outcome: string | null
}

function looker(w: WaitingClinic): LookParts {
  const { database, road } = w.server.app
  const definitions = loadDefinitions()
  const find = {
    ...{ calendars: new ClinicCalendars(database, 'Europe/Berlin'), timeZone: 'Europe/Berlin' },
    ...{ clock: () => new Date(), compileCondition: () => () => true },
  }
  const principalOf = (tenant: string) =>
    createPrincipal({ tenant, clientId: 'almanac', tokenId: 't', scope: 'system/*.cruds' }, definitions)
  return { database, road, find, principalOf, offerMinutes: 60 }
}

test.each(Array.from({ length: stories }, (_, at) => at + 1))(
  'nobody is overtaken, nothing that fits stays unoffered, no time has two holders (story %i)',
  async (seed) => {
    const random = new Random(seed)
    await using w = await openWaitingClinic()
    const parts = looker(w)
    const waits: Waits[] = []
    let patients = 0

    /** Nobody looks while things happen, so that all of a round's offers come after all of its events. */
    const turn = (ends: string) =>
      w.sql(
        `insert into waitlist_look values ('main', ${ends}, almanac_now())
         on conflict (tenant) do update set turn_ends = excluded.turn_ends`,
      )
    const offers = async () =>
      w.sql<Offer>('select appointment, begins, outcome from waitlist_offer order by made')
    const statusOf = async (id: string) => (await w.read(id)).status
    const newPatient = async () => {
      const id = `w${patients++}`
      await w.clinic.put({ resourceType: 'Patient', id, active: true })
      return id
    }
    const deeds = {
      async wait() {
        const patient = await newPatient()
        const [one, other] = [random.below(w.slots.length), random.below(w.slots.length)]
        const wish = [Math.min(one, other), Math.max(one, other)] as const
        const urgency = 1 + random.below(3)
        const period = { start: w.slots[wish[0]]?.start, end: w.slots[wish[1]]?.end }
        const id = await w.wait(patient, { priority: urgency, requestedPeriod: [period] })
        waits.push({ id, patient, urgency, number: waits.length, wish })
      },
      async free() {
        const live = await w.sql<{ id: string }>(
          `select id from appointment where by_status = 'booked' order by id`,
        )
        if (live.length > 0) await w.cancel(random.pick(live).id)
      },
      async walkIn() {
        const slot = random.pick(w.slots)
        expect([201, 409]).toContain((await book(w.clinic, slot, await newPatient())).status)
      },
      async answer() {
        const open = (await offers()).filter(({ outcome }) => outcome === null)
        if (open.length === 0) return
        const { appointment } = random.pick(open)
        const { patient } = waits.find(({ id }) => id === appointment) as Waits
        const status = random.pick(['accepted', 'declined'])
        expect((await w.answer(appointment, patient, status)).status).toBe(201)
      },
      async leave() {
        const one = waits.length > 0 ? random.pick(waits) : undefined
        if (one !== undefined && ['waitlist', 'pending'].includes(await statusOf(one.id)))
          await w.cancel(one.id)
      },
      async passTime() {
        await w.pass(61)
        await vi.waitFor(
          async () => expect((await offers()).filter(({ outcome }) => outcome === null)).toEqual([]),
          { timeout: 30_000, interval: 100 },
        )
      },
    }
    const names = [
      'wait',
      'wait',
      'wait',
      'free',
      'free',
      'walkIn',
      'answer',
      'answer',
      'leave',
      'passTime',
    ] as const

    for (let round = 0; round < rounds; round++) {
      await turn(`almanac_now() + interval '1 day'`)
      const before = (await offers()).length
      for (let deed = 0; deed < 5; deed++) await deeds[random.pick(names)]()
      // One that was slow beyond its turn, and one that has taken over.
      await turn('almanac_now()')
      const first = lookThrough(parts, 'main')
      await turn('almanac_now()')
      await Promise.all([first, lookThrough(parts, 'main')])
      await vi.waitFor(async () => expect(['nobody', 0]).toContain(await lookThrough(parts, 'main')), {
        timeout: 30_000,
        interval: 50,
      })
      await check(before)
    }

    async function check(before: number): Promise<void> {
      const made = await offers()
      const named = made.map(({ appointment, begins }) => `${appointment} ${begins.toISOString()}`)
      expect(named.length, 'a time was offered to somebody who had let it pass').toBe(new Set(named).size)
      const still: Waits[] = []
      for (const one of waits) if ((await statusOf(one.id)) === 'waitlist') still.push(one)
      const passed = (one: Waits, start: number) =>
        made.some(({ appointment, begins }) => appointment === one.id && begins.getTime() === start)
      const couldHave = (one: Waits, start: number) => {
        const at = w.slots.findIndex((slot) => Date.parse(slot.start) === start)
        return one.wish[0] <= at && at <= one.wish[1] && !passed(one, start)
      }
      const isAhead = (one: Waits, other: Waits) =>
        one.urgency < other.urgency || (one.urgency === other.urgency && one.number < other.number)
      for (const { appointment, begins } of made.slice(before)) {
        const asked = waits.find(({ id }) => id === appointment) as Waits
        const overtaken = still.filter((one) => isAhead(one, asked) && couldHave(one, begins.getTime()))
        expect(overtaken, `overtaken by ${asked.patient}`).toEqual([])
      }
      const free = await w.sql<{ begins: Date }>(
        `select by_start_start as begins from slot where by_status = 'free'`,
      )
      const unoffered = still.filter((one) => free.some(({ begins }) => couldHave(one, begins.getTime())))
      expect(unoffered).toEqual([])
      const twice = await w.sql(
        `select a.id from appointment a join appointment b on a.id < b.id and a.by_date_start = b.by_date_start
         where a.by_status in ('booked', 'pending') and b.by_status in ('booked', 'pending')`,
      )
      expect(twice).toEqual([])
    }
  },
  120_000,
)
