import { afterAll, beforeAll, expect, test } from 'vitest'
import { appointment, type Calendar, openCalendar, slot, visitTo } from '../calendar.ts'

let calendar: Calendar
beforeAll(async () => {
  calendar = await openCalendar()
})
afterAll(() => calendar[Symbol.asyncDispose]())

const statuses = (answers: readonly { status: number }[]) =>
  Object.fromEntries(
    [...Map.groupBy(answers, ({ status }) => status)].map(([status, list]) => [status, list.length]),
  )

test('fifty want one slot: one has it, the others are told that it is taken', async () => {
  await calendar.put(slot('hot', '09:00', '09:30'))
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, at) =>
      calendar.send('POST Appointment', { body: visitTo('hot', `p${at}`, '09:00', '09:30') }),
    ),
  )
  expect(statuses(answers)).toEqual({ 201: 1, 409: 49 })
  expect(await calendar.read('Slot/hot')).toMatchObject({ status: 'busy', meta: { versionId: '2' } })
  const { json } = await calendar.send('GET Appointment?slot=Slot/hot')
  expect(json.entry).toHaveLength(1)
  for (const { status, json: refused } of answers)
    if (status === 409)
      expect(refused.issue).toContainEqual({
        severity: 'error',
        code: 'conflict',
        diagnostics: 'Slot/hot is taken: choose another slot.',
        expression: ['Appointment.slot[0]'],
      })
})

test('fifty want the same doctor at times that overlap, without any slot', async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, at) =>
      calendar.send('POST Appointment', { body: appointment(`p${at}`, `10:${10 + (at % 10)}`, '10:30') }),
    ),
  )
  expect(statuses(answers)).toEqual({ 201: 1, 409: 49 })
})

test('bookings of one moment: each free slot is taken once, whoever else books beside it', async () => {
  const times = Array.from(
    { length: 12 },
    (_, at) => [`${12 + Math.floor(at / 2)}:${at % 2 === 0 ? '00' : '30'}`, at] as const,
  )
  const end = (time: string) =>
    time.endsWith('00') ? time.replace('00', '30') : `${Number(time.slice(0, 2)) + 1}:00`
  await calendar.put(...times.map(([time, at]) => slot(`side-${at}`, time, end(time))))
  const book = ([time, at]: readonly [string, number], patient: string) =>
    calendar.send('POST Appointment', { body: visitTo(`side-${at}`, patient, time, end(time)) })
  const answers = await Promise.all(
    times.flatMap((one, at) => [book(one, `p${at}`), ...(at % 3 === 0 ? [book(one, `p${at + 20}`)] : [])]),
  )
  expect(statuses(answers)).toEqual({ 201: 12, 409: 4 })
  for (const [, at] of times) {
    expect(await calendar.read(`Slot/side-${at}`)).toMatchObject({ status: 'busy', meta: { versionId: '2' } })
    const { json } = await calendar.send(`GET Appointment?slot=Slot/side-${at}`)
    expect(json.entry).toHaveLength(1)
  }
})
