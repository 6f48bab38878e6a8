import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import {
  type Calendar,
  clinician,
  comingMonday,
  generalPractice,
  house,
  openCalendar,
  parameters,
} from '../clinic.ts'
import { startVendors } from './vendor-stand-in.ts'

let server: TestServer
let clinic: Calendar
let slots: { id: string; start: string; end: string }[]
/** What the calendar elsewhere has to say; undefined: it is broken. */
let published: string | undefined
const elsewhere = createServer((_, answer) =>
  published === undefined ? answer.writeHead(500).end() : answer.end(published),
)
const monday = comingMonday()
let origin = ''
let vendors: Awaited<ReturnType<typeof startVendors>>
let folder: string

beforeAll(async () => {
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
  vendors = await startVendors()
  folder = mkdtempSync(join(tmpdir(), 'almanac-accounts-'))
  const calendarAccounts = join(folder, 'accounts.json')
  writeFileSync(calendarAccounts, JSON.stringify({ main: vendors.accounts }, withoutUser))
  server = await startTestServer({ trustedCalendarOrigins: [origin, vendors.origin], calendarAccounts })
  clinic = await openCalendar(server)
  await clinic.put(...house, ...clinician('anna'), { resourceType: 'Patient', id: 'ada' })
  const day = monday.toString()
  await clinic.send('POST', 'Schedule/$generate-slots', parameters({ start: day, end: day }))
  const found = await clinic.send('GET', 'Slot?schedule=Schedule/anna&_sort=start')
  slots = found.body.entry.map(({ resource }: { resource: object }) => resource)
})
afterAll(async () => {
  elsewhere.close()
  vendors.close()
  rmSync(folder, { recursive: true })
  await server.close()
})

const withoutUser = (name: string, value: unknown) => (name === 'user' ? undefined : value)
const utc = (text: string) => `${new Date(text).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
const calendarOf = (uid: string, start: string, end: string) =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//x//x//EN',
    ...[
      'BEGIN:VEVENT',
      `UID:${uid}`,
      'SUMMARY:Dentist of my own',
      `DTSTART:${utc(start)}`,
      `DTEND:${utc(end)}`,
    ],
    ...['END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n')

const find = async () =>
  (await clinic.send('POST', 'Appointment/$find', parameters({ start: `${monday}`, end: `${monday}` }))).body
const starts = (bundle: { entry?: { resource: { start?: string } }[] }) =>
  (bundle.entry ?? []).flatMap(({ resource }) => resource.start ?? []).map((one) => Date.parse(one))
const add = (values: object) =>
  clinic.send('POST', 'Practitioner/anna/$external-calendar', parameters({ ...values }))
const list = async () => (await clinic.send('GET', 'Practitioner/anna/$external-calendars')).body
const book = (slot: { id: string; start: string; end: string }) =>
  clinic.send('POST', 'Appointment', {
    resourceType: 'Appointment',
    status: 'booked',
    serviceType: [generalPractice],
    ...{ start: slot.start, end: slot.end, slot: [{ reference: `Slot/${slot.id}` }] },
    participant: [{ actor: { reference: 'Patient/ada' }, status: 'accepted' }],
  })

test('who is busy elsewhere is neither offered nor booked, and is told why and how old that is', async () => {
  const [first, second] = slots as [(typeof slots)[0], (typeof slots)[0]]
  const before = starts(await find())
  expect(before).toContain(Date.parse(first.start))
  published = calendarOf('1@elsewhere', first.start, first.end)
  const made = await add({ address: { valueUrl: `${origin}/anna-secret.ics` } })
  expect(made.status).toBe(200)
  await vi.waitFor(async () => expect(JSON.stringify(await list())).toContain('"fetched"'), {
    timeout: 30_000,
  })
  const told = await list()
  expect(JSON.stringify(told)).toMatch(/"entries","valueUnsignedInt":1/)
  expect(JSON.stringify(told)).not.toContain('secret')

  await vi.waitFor(async () => expect(starts(await find())).not.toContain(Date.parse(first.start)), {
    timeout: 10_000,
  })
  const offers = await find()
  expect(starts(offers)).toEqual(before.filter((one) => one !== Date.parse(first.start)))
  expect(JSON.stringify(offers)).toMatch(/External calendar of Practitioner\/anna: fetched \d+ minutes? ago/)
  const at = encodeURIComponent(first.start)
  const why = await clinic.send('GET', `Schedule/anna/$explain?start=${at}`)
  expect(JSON.stringify(why.body)).toMatch(
    /Practitioner\/anna is busy in another calendar \(fetched \d+ minutes? ago\)/,
  )
  expect(JSON.stringify(why.body)).not.toContain('Dentist')
  const refused = await book(first)
  expect([refused.status, refused.body.issue[0].code]).toEqual([422, 'business-rule'])
  expect((await book(second)).status).toBe(201)
})

test('what a calendar has of this clinic’s own visits counts once', async () => {
  const third = slots[2] as (typeof slots)[0]
  published = calendarOf('0198@main.almanac', third.start, third.end)
  const { body } = await add({ address: { valueUrl: `${origin}/b.ics` } })
  const id = body.parameter[0].valueString
  await vi.waitFor(
    async () =>
      expect(
        (await list()).parameter.every((one: { part: { name: string }[] }) =>
          JSON.stringify(one).includes('"fetched"'),
        ),
      ).toBe(true),
    { timeout: 30_000 },
  )
  expect(starts(await find())).toContain(Date.parse(third.start))
  expect(
    (await clinic.send('POST', 'Practitioner/anna/$remove-external-calendar', parameters({ id }))).status,
  ).toBe(200)
  expect((await list()).parameter).toHaveLength(1)
})

test.each([
  ['busy', 0],
  ['free', 1],
  ['keep', 1],
] as const)(
  'a calendar that never answered counts as %s, if the clinic says so',
  async (whenStale, offered) => {
    await clinic.put(...clinician(whenStale), { resourceType: 'Patient', id: `p-${whenStale}` })
    const day = monday.toString()
    await clinic.send('POST', 'Schedule/$generate-slots', parameters({ start: day, end: day }))
    published = undefined
    const path = `Practitioner/${whenStale}/$external-calendar`
    const made = await clinic.send(
      'POST',
      path,
      parameters({ address: { valueUrl: `${origin}/c.ics` }, 'when-stale': { valueCode: whenStale } }),
    )
    expect(made.status).toBe(200)
    const offers = async () => {
      const asked = parameters({
        start: day,
        end: day,
        practitioner: { valueReference: { reference: `Practitioner/${whenStale}` } },
      })
      return starts((await clinic.send('POST', 'Appointment/$find', asked)).body).length
    }
    await vi.waitFor(async () => expect(Math.sign(await offers())).toBe(offered), { timeout: 10_000 })
  },
)

test('addresses that lead into a private network are refused, and patients have no say', async () => {
  for (const address of [
    'https://169.254.169.254/latest/meta-data',
    'http://calendar.example/a.ics',
    'https://[::1]/a.ics',
  ]) {
    const refused = await add({ address: { valueUrl: address } })
    expect([refused.status, refused.body.issue[0].expression]).toEqual([400, ['address']])
  }
  const token = await server.token({ scope: 'patient/*.cruds', patient: 'ada', fhirUser: 'Patient/ada' })
  const asked = parameters({ address: { valueUrl: `${origin}/a.ics` } })
  expect((await clinic.send('POST', 'Practitioner/anna/$external-calendar', asked, token)).status).toBe(403)
  expect((await clinic.send('GET', 'Practitioner/anna/$external-calendars', undefined, token)).status).toBe(
    403,
  )
})

test.each(['google', 'microsoft'] as const)(
  'busy time that %s tells keeps somebody from being offered; their visits here do not count twice',
  async (kind) => {
    const mailbox = `${kind}@clinic.example`
    const telecom = [{ system: 'email' as const, value: mailbox }]
    const people = clinician(kind).map((one) =>
      one.resourceType === 'Practitioner' ? { ...one, telecom } : one,
    )
    await clinic.put(...people, { resourceType: 'Patient', id: `of-${kind}` })
    const day = monday.toString()
    await clinic.send('POST', 'Schedule/$generate-slots', parameters({ start: day, end: day }))
    const found = await clinic.send('GET', `Slot?schedule=Schedule/${kind}&_sort=start`)
    const mine = found.body.entry.map(({ resource }: { resource: object }) => resource) as typeof slots
    const [busy, own] = mine as [(typeof slots)[0], (typeof slots)[0]]
    const visit = await clinic.send('POST', 'Appointment', {
      resourceType: 'Appointment',
      status: 'booked',
      ...{ start: own.start, end: own.end, slot: [{ reference: `Slot/${own.id}` }] },
      participant: [{ actor: { reference: `Patient/of-${kind}` }, status: 'accepted' }],
    })
    expect(visit.status).toBe(201)
    vendors.state.busy[mailbox] = [busy, own]
    const oneself = await server.token({
      scope: 'user/*.cruds',
      fhirUser: `Practitioner/${kind}`,
      roles: ['practitioner'],
    })
    const path = `Practitioner/${kind}/$external-calendar`
    const asked = (address: string) =>
      parameters({ address: { valueUrl: address }, kind: { valueCode: kind } })
    const others = await clinic.send('POST', path, asked('mailto:boss@clinic.example'), oneself)
    expect(others.status).toBe(400)
    expect(JSON.stringify(others.body)).toMatch(/none of the e-mail addresses/)
    expect((await clinic.send('POST', path, asked(`mailto:${mailbox}`), oneself)).status).toBe(200)

    const calendars = async () => (await clinic.send('GET', `Practitioner/${kind}/$external-calendars`)).body
    await vi.waitFor(async () => expect(JSON.stringify(await calendars())).toContain('"fetched"'), {
      timeout: 30_000,
    })
    const told = JSON.stringify(await calendars())
    expect(told).toContain('"host","valueString":"clinic.example"')
    expect(told).not.toContain(mailbox)
    const offered = async () => {
      const practitioner = { valueReference: { reference: `Practitioner/${kind}` } }
      const wish = parameters({ start: day, end: day, practitioner })
      return starts((await clinic.send('POST', 'Appointment/$find', wish)).body)
    }
    await vi.waitFor(async () => expect(await offered()).not.toContain(Date.parse(busy.start)), {
      timeout: 10_000,
    })
    expect(await offered()).not.toContain(Date.parse(own.start))
    await clinic.send('POST', `Appointment/${visit.body.id}/$cancel`, parameters({}))
    await vi.waitFor(async () => expect(await offered()).toContain(Date.parse(own.start)), {
      timeout: 10_000,
    })
    for (const secret of ['PRIVATE KEY', 'graph-secret', 'vendor-token', mailbox, 'Dentist'])
      expect(server.log()).not.toContain(secret)
  },
)

test('a clinic without an account is told so', async () => {
  const token = await server.token({ scope: 'system/*.cruds', clinic: 'north' })
  const north = server.baseOf('north')
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/fhir+json' }
  const body = JSON.stringify({ resourceType: 'Practitioner', id: 'nora', active: true })
  await fetch(`${north}/Practitioner/nora`, { method: 'PUT', headers, body })
  const asked = parameters({
    address: { valueUrl: 'mailto:nora@north.example' },
    kind: { valueCode: 'google' },
  })
  const refused = await fetch(`${north}/Practitioner/nora/$external-calendar`, {
    ...{ method: 'POST', headers, body: JSON.stringify(asked) },
  })
  expect(refused.status).toBe(400)
  expect(await refused.text()).toMatch(/no account with Google/)
})
