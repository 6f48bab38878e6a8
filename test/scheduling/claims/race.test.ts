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
