import type pg from 'pg'
import type { Resource } from '#fhir/resource.ts'
import type { Attempt } from './client.ts'
import { capacityOf, markSystem, places } from './clinic.ts'

/** Reads what lies in the database and what the clients were told, and nothing of how it came there. */
export async function checkAfterwards(
  client: pg.Client,
  attempts: readonly Attempt[],
): Promise<readonly string[]> {
  const rows = async <Row extends object>(text: string) => (await client.query<Row>(text)).rows
  const appointments = (await rows<{ text: string }>(`select text from appointment where tenant = 'main'`))
    .map(({ text }) => JSON.parse(text) as Resource)
    .filter((one) => markOf(one) !== undefined)
  const slots = (
    await rows<{ text: string }>(`select text from slot where tenant = 'main' and id like 'chaos-%'`)
  ).map(({ text }) => JSON.parse(text) as Resource)
  const claims = await rows<{ appointment: string; actor: string; begins: Date; ends: Date }>(
    `select appointment, actor, lower(period) as begins, upper(period) as ends from booking_claim
     where tenant = 'main' and (expires is null or expires > now())`,
  )
  const [clock] = await rows<{ now: Date }>('select now() as now')
  const now = clock?.now.getTime() ?? 0
  const live = appointments.filter(
    (one) => one.status === 'booked' || (one.status === 'pending' && expiryOf(one) > now),
  )
  return [
    ...checkOverlaps(live),
    ...checkClaims(live, claims),
    ...checkSlots(live, slots),
    ...checkPromises(appointments, attempts),
    ...checkRefusals(
      await rows<{ mark: string }>(
        `select distinct text::jsonb #>> '{identifier,0,value}' as mark from history
       where tenant = 'main' and type = 'Appointment' and text like '%${markSystem}%'`,
      ),
      attempts,
    ),
  ]
}

const placeOf = (one: Resource) =>
  places.find(({ slot }) => JSON.stringify(one.slot).includes(`"Slot/${slot}"`))

/** At the beginning of each visit: how many there are then. */
function* checkOverlaps(live: readonly Resource[]): Generator<string> {
  const claimed = live.flatMap((one) => {
    const { doctor = '' } = placeOf(one) ?? {}
    const patient = JSON.stringify(one.participant).match(/Patient\/[\w-]+/)?.[0] ?? ''
    return [
      { one, actor: doctor, capacity: capacityOf(doctor) },
      { one, actor: patient, capacity: 1 },
    ]
  })
  for (const [actor, list] of Map.groupBy(claimed, (claim) => claim.actor))
    for (const { one, capacity } of list) {
      const begins = String(one.start)
      const together = list.filter(
        ({ one: other }) => String(other.start) <= begins && begins < String(other.end),
      )
      if (together.length > capacity) yield `${actor} has ${together.length} visits at ${begins}`
    }
}

function* checkClaims(
  live: readonly Resource[],
  claims: readonly { appointment: string; actor: string; begins: Date; ends: Date }[],
): Generator<string> {
  const byVisit = Map.groupBy(claims, ({ appointment }) => appointment)
  for (const one of live) {
    const own = byVisit.get(String(one.id)) ?? []
    if (own.length !== 3) yield `Appointment/${one.id} is ${one.status} and has ${own.length} claims`
    for (const { actor, begins, ends } of own)
      if (begins.toISOString() !== one.start || ends.toISOString() !== one.end)
        yield `Appointment/${one.id} claims ${actor} for another time than its own`
  }
  const known = new Set(live.map(({ id }) => id))
  for (const id of byVisit.keys())
    if (!known.has(id) && claims.some((claim) => claim.appointment === id && claim.actor.includes('chaos')))
      yield `a claim of Appointment/${id}, which is not there or not live`
}

function* checkSlots(live: readonly Resource[], slots: readonly Resource[]): Generator<string> {
  for (const slot of slots) {
    const visits = live.filter((one) => placeOf(one)?.slot === slot.id)
    const capacity = capacityOf(places.find((place) => place.slot === slot.id)?.doctor ?? '')
    const soft = visits.some(({ status }) => status === 'pending')
    const own = visits.length < capacity ? undefined : soft ? 'busy-tentative' : 'busy'
    const status = own ?? statusAcross(String(slot.id), live, capacity)
    if (slot.status !== status)
      yield `Slot/${slot.id} says ${slot.status}; its ${visits.length} visits and those across it make it ${status}`
  }
}

/** A slot has room for one more when at each instant of it there are fewer visits with its doctor than fit. */
function statusAcross(id: string, live: readonly Resource[], capacity: number): string {
  const place = places.find(({ slot }) => slot === id)
  if (place === undefined) return 'free'
  const across = live.filter((one) => {
    const other = placeOf(one)
    return other?.doctor === place.doctor && other.start < place.end && place.start < other.end
  })
  const isFull = (some: readonly Resource[]) =>
    some.some((one) => {
      const begins = [place.start, String(one.start)].toSorted()[1] ?? place.start
      return (
        some.filter(({ start, end }) => String(start) <= begins && begins < String(end)).length >= capacity
      )
    })
  if (!isFull(across)) return 'free'
  return isFull(across.filter(({ status }) => status === 'booked')) ? 'busy' : 'busy-tentative'
}

/** Each appointment belongs to one client, who knows its last state unless an answer was lost. */
function* checkPromises(appointments: readonly Resource[], attempts: readonly Attempt[]): Generator<string> {
  const byId = new Map(appointments.map((one) => [one.id, one]))
  for (const [id, list] of Map.groupBy(
    attempts.filter((one) => one.appointment !== undefined),
    (one) => one.appointment,
  )) {
    const stored = byId.get(id)
    if (stored === undefined) {
      yield `Appointment/${id} was promised and is not there`
      continue
    }
    if (list.some(({ outcome }) => outcome === 'unknown')) continue
    const last = list.filter(({ outcome }) => outcome === 'done').at(-1)
    const held = !list.some(
      ({ deed, outcome }) => (deed === 'book' || deed === 'confirm') && outcome === 'done',
    )
    const expected = last?.deed === 'cancel' ? ['cancelled'] : held ? ['pending', 'cancelled'] : ['booked']
    if (!expected.includes(String(stored.status)))
      yield `Appointment/${id} was promised ${expected.join(' or ')} and is ${stored.status}`
    if (last?.place !== undefined && placeOf(stored)?.slot !== last.place.slot)
      yield `Appointment/${id} was promised ${last.place.slot} and is elsewhere`
  }
}

/** Not in any version of any resource. */
function* checkRefusals(
  stored: readonly { mark: string }[],
  attempts: readonly Attempt[],
): Generator<string> {
  const marks = new Set(stored.map(({ mark }) => mark))
  for (const { mark, outcome, deed, status } of attempts)
    if (outcome === 'refused' && (deed === 'book' || deed === 'hold') && marks.has(mark))
      yield `${mark} was refused with ${status} and has left something`
  const made = attempts.filter(
    ({ outcome, deed }) => outcome === 'done' && (deed === 'book' || deed === 'hold'),
  )
  for (const { mark } of made) if (!marks.has(mark)) yield `${mark} was done and has left nothing`
}

function markOf({ identifier }: Resource): string | undefined {
  return (identifier as { system?: string; value?: string }[] | undefined)?.find(
    ({ system }) => system === markSystem,
  )?.value
}

function expiryOf({ extension }: Resource): number {
  const hold = (extension as { url: string; valueInstant?: string }[] | undefined)?.find(({ url }) =>
    url.endsWith('/hold-expires'),
  )
  return Date.parse(hold?.valueInstant ?? '9999-01-01T00:00:00Z')
}
