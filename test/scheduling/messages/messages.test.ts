import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type MailServer, openMailServer } from '../../support/mail-server.ts'
import { parameters } from '../clinic.ts'
import { entry, openWaitingClinic, type WaitingClinic } from '../waitlist/waiting-clinic.ts'

let w: WaitingClinic
let mail: MailServer
const people = ['early', 'ada', 'ben', 'cleo', 'dan', 'eve']

beforeAll(async () => {
  mail = await openMailServer()
  w = await openWaitingClinic(3, { smtpUrl: mail.url })
  await w.clinic.put(
    ...people.map((id) => ({
      ...{ resourceType: 'Patient', id, active: true, name: [{ family: `Secret-${id}` }] },
      ...(id !== 'dan' && { telecom: [{ system: 'email', value: `${id}@patient.example` }] }),
    })),
  )
})
afterAll(async () => {
  await w[Symbol.asyncDispose]()
  mail.close()
})

const lettersTo = (patient: string) => mail.letters.filter(({ to }) => to === `${patient}@patient.example`)
const written = (patient: string, count = 1) =>
  vi.waitFor(() => expect(lettersTo(patient)).toHaveLength(count), { timeout: 30_000, interval: 100 })
const messages = (patient: string) =>
  w.sql<{ id: string; kind: string; outcome: string | null; attempts: number; fault: string | null }>(
    `SELECT id, kind, outcome, attempts, fault FROM visit_message WHERE patient = '${patient}' ORDER BY made, id`,
  )
const ended = (patient: string, outcomes: readonly (string | null)[]) =>
  vi.waitFor(async () => expect((await messages(patient)).map(({ outcome }) => outcome)).toEqual(outcomes), {
    timeout: 30_000,
    interval: 100,
  })
/** As it is told: `Monday, 7 December 2026 at 09:30 CET` */
const said = (time: string) =>
  new Intl.DateTimeFormat('en-GB', {
    ...{
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
    },
    ...{ timeZone: 'Europe/Berlin', timeZoneName: 'short' },
  }).format(new Date(time))
const slot = (n: number) => w.slots[n] as WaitingClinic['slots'][0]

/** Frees the nth slot and books it for this one. */
async function giveTo(patient: string, n: number): Promise<string> {
  await w.clinic.send('POST', `Appointment/${w.booked[n]}/$cancel`, undefined, await w.as('early'))
  const { status, body } = await w.clinic.send('POST', 'Appointment', {
    ...{ ...entry(patient), status: 'booked', requestedPeriod: undefined },
    ...{ start: slot(n).start, end: slot(n).end, slot: [{ reference: `Slot/${slot(n).id}` }] },
  })
  expect(status).toBe(201)
  return body.id
}

test('whose visit is moved is told once, from the time they know to the time it is, and nothing of whom or what for', async () => {
  const id = await giveTo('ada', 0)
  for (const n of [1, 2])
    await w.clinic.send('POST', `Appointment/${w.booked[n]}/$cancel`, undefined, await w.as('early'))
  for (const n of [1, 2]) {
    const moved = await w.clinic.send(
      'POST',
      `Appointment/${id}/$reschedule`,
      parameters({ slot: { valueReference: { reference: `Slot/${slot(n).id}` } } }),
    )
    expect(moved.status).toBe(200)
  }
  await written('ada')
  const [letter] = lettersTo('ada')
  expect(letter?.subject).toBe('Your appointment has been moved')
  expect(letter?.text).toContain(`Your appointment of ${said(slot(0).start)} has been moved.`)
  expect(letter?.text).toContain(`It is now on ${said(slot(2).start)}.`)
  expect(letter?.text).toContain('please call Clinic')
  expect(`${letter?.subject} ${letter?.text}`).not.toMatch(/Secret|ada|anna|practice|124/i)
  await ended('ada', ['overtaken', 'sent'])
  const events = await w.clinic.send('GET', 'AuditEvent?patient=Patient/ada&subtype=delivery')
  expect(events.body.entry).toHaveLength(1)

  const stopped = await w.clinic.send('POST', `Appointment/${id}/$cancel`)
  expect(stopped.status).toBe(200)
  await written('ada', 2)
  expect(lettersTo('ada')[1]?.text).toContain(
    `Your appointment of ${said(slot(2).start)} has been cancelled.`,
  )
})

test('nobody is told of what they did themselves, of what was refused, or of a hold that ends', async () => {
  const id = await giveTo('ben', 3)
  const lost = await w.clinic.send(
    'POST',
    `Appointment/${id}/$reschedule`,
    parameters({ slot: { valueReference: { reference: `Slot/${slot(4).id}` } } }),
  )
  expect(lost.status).toBe(409)
  await w.clinic.send('POST', `Appointment/${id}/$cancel`, undefined, await w.as('ben'))
  const held = await w.clinic.send('POST', 'Appointment/$hold', {
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'appt-resource',
        resource: {
          ...{ ...entry('ben'), status: 'proposed', requestedPeriod: undefined },
          ...{ start: slot(3).start, end: slot(3).end, slot: [{ reference: `Slot/${slot(3).id}` }] },
        },
      },
    ],
  })
  expect([200, 201]).toContain(held.status)
  expect(await messages('ben')).toEqual([])
})

test('who waits is told what is held for them, and until when; who has no address cannot be', async () => {
  const only = { requestedPeriod: [{ start: slot(5).start, end: slot(5).end }] }
  const id = await w.wait('cleo', only)
  await w.cancel(w.booked[5] as string)
  const offered = await w.becomes(id, 'pending')
  await written('cleo')
  const until = offered.extension.find(({ url }: { url: string }) => url.endsWith('/hold-expires'))
  const [letter] = lettersTo('cleo')
  expect(letter?.subject).toBe('A time has come free for you')
  expect(letter?.text).toContain(
    `${said(slot(5).start)}. It is held for you until ${said(until.valueInstant)}`,
  )

  await w.cancel(await giveTo('dan', 4))
  await ended('dan', ['no-address'])
})

test('a mail server that fails is asked again, with the same letter; one that knows nobody leaves a task', async () => {
  mail.refuses = (to) =>
    to.startsWith('eve') ? '451 later' : to.startsWith('early') ? '550 no such mailbox' : undefined
  await w.cancel(await giveTo('eve', 6))
  await vi.waitFor(async () => expect((await messages('eve'))[0]?.fault).toBe('EENVELOPE 451'), {
    timeout: 30_000,
  })
  expect((await messages('eve'))[0]?.outcome).toBe(null)
  mail.refuses = (to) => (to.startsWith('early') ? '550 no such mailbox' : undefined)
  await w.sql(`UPDATE visit_message SET due = now() WHERE patient = 'eve'`)
  await written('eve')
  await ended('eve', ['sent'])
  // A server that died after it had sent it: another one sends the same again.
  await w.sql(`UPDATE visit_message SET ended = NULL, due = now() WHERE patient = 'eve'`)
  await written('eve', 2)
  const [first, again] = lettersTo('eve')
  expect(again).toEqual(first)
  expect(first?.id).toMatch(/^<[0-9a-f-]{36}@almanac>$/)

  await w.cancel(w.booked[7] as string)
  const tasks = () => w.clinic.send('GET', `Task?focus=Appointment/${w.booked[7]}&status=requested`)
  await vi.waitFor(async () => expect((await tasks()).body.entry).toHaveLength(1), { timeout: 30_000 })
  const task = (await tasks()).body.entry[0].resource
  expect(task.code.coding[0].code).toBe('tell-patient')
  expect(task.description).toBe('The letter that the visit was cancelled could not be delivered.')
  expect(w.server.log()).not.toContain('patient.example')
  const told = `AuditEvent?subtype=delivery&patient=Patient/early&entity=Appointment/${w.booked[7]}`
  const { body: refused } = await w.clinic.send('GET', told)
  expect(refused.entry).toHaveLength(1)
  expect(refused.entry[0].resource).toMatchObject({ outcome: '4', outcomeDesc: 'the letter was not taken' })
  mail.refuses = () => undefined
})

test('a morning that is planned anew tells everybody whom it moves', async () => {
  const moved = await Promise.all([12, 13].map((n) => giveTo('eve', n)))
  expect(moved).toHaveLength(2)
  const before = lettersTo('eve').length
  const replan = (mode: string) =>
    w.clinic.send(
      'POST',
      'Schedule/$replan',
      parameters({
        actor: { valueReference: { reference: 'Practitioner/anna' } },
        start: { valueDateTime: slot(12).start },
        end: { valueDateTime: slot(13).end },
        mode: { valueCode: mode },
      }),
    )
  expect((await replan('preview')).status).toBe(200)
  expect((await messages('eve')).filter(({ kind }) => kind === 'moved')).toEqual([])
  const applied = await replan('apply')
  expect([
    applied.status,
    applied.body.parameter.find(({ name }: { name: string }) => name === 'moved'),
  ]).toEqual([200, expect.objectContaining({ valueInteger: 2 })])
  await written('eve', before + 2)
  expect(
    lettersTo('eve')
      .slice(before)
      .every(({ subject }) => /moved/.test(subject)),
  ).toBe(true)
})
