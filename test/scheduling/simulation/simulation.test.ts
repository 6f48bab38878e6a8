import { expect, test } from 'vitest'
import { tellLivelyStory } from './lively-story.ts'
import { openSimulatedClinic } from './simulated-clinic.ts'
import { tellStory } from './story.ts'

/** More of them: SIMULATION_SEEDS=3000, from any first seed: SIMULATION_FIRST=17 replays that one. */
const seeds = Number(process.env.SIMULATION_SEEDS ?? 20)
const first = Number(process.env.SIMULATION_FIRST ?? 1)

test('in whatever order steps are taken, nobody is booked twice and nobody is refused without need', async () => {
  await using clinic = await openSimulatedClinic()
  const faults: string[] = []
  for (let seed = first; seed < first + seeds && faults.length === 0; seed++)
    faults.push(...(await tellStory(clinic, seed)))
  expect(faults).toEqual([])
}, 600_000)

test('while a morning is re-planned and the waiting list is looked through, nobody loses what they were told', async () => {
  await using clinic = await openSimulatedClinic('lively')
  const faults: string[] = []
  for (let seed = first; seed < first + Math.ceil(seeds / 5) && faults.length === 0; seed++)
    faults.push(...(await tellLivelyStory(clinic, seed)))
  expect(faults).toEqual([])
}, 600_000)

const mutations: Readonly<Record<string, readonly [string, string]>> = {
  'without the lock': ['perform pg_advisory_xact_lock(k.hash)', 'perform k.hash'],
  'an end a millisecond early': [
    'tstzrange(w.begins, w.ends)',
    `tstzrange(w.begins, w.ends - interval '1 millisecond')`,
  ],
  'an end a millisecond late': [
    'tstzrange(w.begins, w.ends)',
    `tstzrange(w.begins, w.ends + interval '1 millisecond')`,
  ],
  'ended holds stay in the way': [
    'c.period && w.period and c.expires <= moment',
    'c.period && w.period and false',
  ],
  'what a visit had is not given back': [
    'delete from booking_claim c where c.tenant = clinic and c.appointment = any(replaced);',
    '',
  ],
}

for (const [name, [from, to]] of Object.entries(mutations))
  test(`the simulation notices: ${name}`, async () => {
    await using clinic = await openSimulatedClinic(name.replaceAll(' ', '-'))
    const [row] = await clinic.query<{ text: string }>(
      `select pg_get_functiondef('almanac_claim'::regproc) as text`,
    )
    const text = row?.text ?? ''
    expect(text).toContain(from)
    await clinic.query(text.replace(from, to))
    let faults: readonly string[] = []
    for (let seed = 1; seed <= 60 && faults.length === 0; seed++) faults = await tellStory(clinic, seed)
    expect(faults).not.toEqual([])
  }, 600_000)

test('the database itself refuses what overlaps, whoever writes it', async () => {
  await using clinic = await openSimulatedClinic()
  const insert = (appointment: string, lane: number, from: string, to: string) =>
    clinic.query(
      `insert into booking_claim (tenant, appointment, actor, lane, capacity, period, tentative)
       values ('main', $1, 'Practitioner/a', $2, 2, tstzrange($3, $4), false)`,
      [appointment, lane, from, to],
    )
  await insert('1', 1, '2032-01-01T09:00Z', '2032-01-01T09:30Z')
  await insert('2', 1, '2032-01-01T09:30Z', '2032-01-01T10:00Z')
  await insert('3', 2, '2032-01-01T09:00Z', '2032-01-01T10:00Z')
  await expect(insert('4', 1, '2032-01-01T09:29:59.999Z', '2032-01-01T09:31Z')).rejects.toMatchObject({
    code: '23P01',
  })
  // Beyond its room only in a lane of its own, and in no more of them than the right says.
  for (const [lane, over] of [
    [3, 0],
    [-1, 0],
    [-2, 1],
    [1, 1],
  ] as const)
    await expect(
      clinic.query(
        `insert into booking_claim (tenant, appointment, actor, lane, capacity, period, tentative, over)
         values ('main', '5', 'Practitioner/a', $1, 2, tstzrange('2032-01-01T09:00Z', '2032-01-01T09:30Z'), false, $2)`,
        [lane, over],
      ),
    ).rejects.toMatchObject({ code: '23514' })
})
