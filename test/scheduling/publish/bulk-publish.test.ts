import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPublicNames } from '#scheduling/publish/public-names.ts'
import { findBarriers, nothingFound } from '../../support/axe.ts'
import { chromiumPath, openChromium, withoutChromium } from '../../support/chromium.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import {
  type Calendar,
  clinician,
  comingMonday,
  type FhirResource,
  generalPractice,
  house,
  openCalendar,
  parameters,
} from '../clinic.ts'

let server: TestServer
let clinic: Calendar
const monday = comingMonday()
const weekFile = `slots-${monday}.ndjson`
const extension = 'http://fhir-registry.smarthealthit.org/StructureDefinition/'

const practice = (more: object = {}): FhirResource => ({
  resourceType: 'Location',
  id: 'practice',
  status: 'active',
  name: 'Practice at the park',
  description: 'Door code 4711',
  managingOrganization: { reference: 'Organization/clinic' },
  physicalType: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/location-physical-type', code: 'bu' }],
  },
  identifier: [
    { system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567893', use: 'official' },
    { system: 'https://clinic.example/rooms', value: 'secret-77' },
  ],
  telecom: [
    { system: 'phone', value: '+49 30 100', use: 'work' },
    { system: 'phone', value: '+49 30 999', use: 'home' },
  ],
  address: { line: ['Parkweg 1'], city: 'Berlin', state: 'BE', postalCode: '10115' },
  ...more,
})

beforeAll(async () => {
  server = await startTestServer({
    publishedClinics: ['main'],
    bookingApp: 'https://app.example/book',
  })
  clinic = await openCalendar(server)
  const at = (name: string, more = {}) =>
    clinician(name, {
      role: { location: [{ reference: 'Location/practice' }] },
      schedule: { comment: 'Knows Mrs Secret', ...more },
    })
  await clinic.put(
    ...house,
    practice(),
    ...at('anna'),
    ...at('berta', { serviceType: [{ text: 'only words' }] }),
    ...at('carla', {
      meta: {
        security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }],
      },
    }),
    { resourceType: 'Patient', id: 'one', name: [{ family: 'Secret' }] },
  )
  await clinic.send('POST', 'Schedule/$generate-slots', parameters({ start: `${monday}`, end: `${monday}` }))
})
afterAll(() => server.close())

async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const url = path.startsWith('http') ? path : `${server.base}/${path}`
  const response = await fetch(url, { method, headers })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

// biome-ignore lint/suspicious/noExplicitAny: lines of all kinds
const lines = (text: string): any[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

/** What is published is as good as new for a minute; tests have less patience. */
const expire = () =>
  server.app.database
    .asSystem('main')
    .transaction((tx) =>
      tx.query("UPDATE published_look SET looked = looked - interval '2 minutes' WHERE tenant = $1", [
        'main',
      ]),
    )

const aged = (seconds: number) =>
  server.app.database
    .asSystem('main')
    .transaction((tx) =>
      tx.query(
        'UPDATE published_look SET looked = almanac_now() - make_interval(secs => $2) WHERE tenant = $1',
        ['main', seconds],
      ),
    )

const slotsNow = async () => {
  await expire()
  return lines((await get(`$bulk-publish/${weekFile}`)).text)
}

describe('what a clinic publishes of its times', () => {
  test('a manifest leads everybody to places, calendars and slots, a week a file', async () => {
    for (const accept of [undefined, 'application/json', 'application/fhir+xml']) {
      const { status, text, headers } = await get('$bulk-publish', accept === undefined ? {} : { accept })
      expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
        200,
        'application/json; charset=utf-8',
        'public, max-age=10',
      ])
      const state = ['BE']
      const url = (file: string) => `${server.base}/$bulk-publish/${file}`
      expect(JSON.parse(text)).toEqual({
        transactionTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        request: `${server.base}/$bulk-publish`,
        output: [
          { type: 'Location', url: url('locations.ndjson'), extension: { state } },
          { type: 'Schedule', url: url('schedules.ndjson'), extension: { state } },
          { type: 'Slot', url: url(weekFile), extension: { state } },
        ],
        error: [{ type: 'OperationOutcome', url: url('errors.ndjson') }],
      })
    }
  })

  test('files are NDJSON: where it is, what for, and when', async () => {
    const read = async (file: string) => {
      const { status, headers, text } = await get(`$bulk-publish/${file}`)
      expect([status, headers.get('content-type')]).toEqual([200, 'application/fhir+ndjson'])
      return lines(text)
    }
    const [location, ...others] = await read('locations.ndjson')
    expect(others).toEqual([])
    expect(location).toEqual({
      resourceType: 'Location',
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      identifier: [
        { system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567893' },
        { system: 'urn:ietf:rfc:3986', value: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/) },
      ],
      name: 'Practice at the park',
      telecom: [{ system: 'phone', value: '+49 30 100' }],
      address: { line: ['Parkweg 1'], city: 'Berlin', state: 'BE', postalCode: '10115' },
    })
    // Berta's says what for in words alone, Carla's is confidential.
    const schedules = await read('schedules.ndjson')
    expect(schedules).toEqual([
      {
        resourceType: 'Schedule',
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        serviceType: [generalPractice],
        actor: [{ reference: `Location/${location.id}` }],
      },
    ])
    expect((await read('errors.ndjson')).map(({ issue }) => issue[0].diagnostics)).toEqual([
      expect.stringContaining('serviceType with a code'),
    ])
    const slots = await read(weekFile)
    expect(slots).toHaveLength(6)
    expect(slots[0]).toEqual({
      resourceType: 'Slot',
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      schedule: { reference: `Schedule/${schedules[0].id}` },
      status: 'free',
      start: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      end: expect.stringMatching(/Z$/),
      extension: [
        { url: `${extension}booking-deep-link`, valueUrl: expect.stringContaining('/booking/main?slot=') },
        { url: `${extension}booking-phone`, valueString: '+49 30 100' },
      ],
    })
  })

  test('a free slot can be booked; what cannot is busy, whatever the reason', async () => {
    const found = (await clinic.send('GET', 'Slot?schedule=Schedule/anna&_sort=start')).body.entry
    const own = found.map(({ resource }: { resource: FhirResource }) => resource)
    const book = (at: number, more = {}) =>
      clinic.send('POST', 'Appointment', {
        resourceType: 'Appointment',
        status: 'booked',
        description: 'Secret reason',
        slot: [{ reference: `Slot/${own[at].id}` }],
        start: own[at].start,
        end: own[at].end,
        participant: ['Patient/one', 'Practitioner/anna'].map((reference) => ({
          actor: { reference },
          status: 'accepted',
        })),
        ...more,
      })
    expect((await book(0)).status).toBe(201)
    // Anna is elsewhere at the time of the second, without a slot of this calendar.
    expect((await book(1, { slot: undefined })).status).toBe(201)
    const statuses = (await slotsNow()).map(({ status }) => status)
    expect(statuses).toEqual(['busy', 'busy', 'free', 'free', 'free', 'free'])
    expect((await book(2)).status).toBe(201)
    const after = await slotsNow()
    expect(after.map(({ status }) => status)).toEqual(['busy', 'busy', 'busy', 'free', 'free', 'free'])
    expect(after[0].extension.map(({ url }: { url: string }) => url)).toEqual([`${extension}booking-phone`])
  })

  test('what is booked, and what is given up, is told some seconds later', async () => {
    const statuses = async () => {
      await aged(15)
      const states = lines((await get(`$bulk-publish/${weekFile}`)).text).map(({ status }) => status)
      const [{ age } = { age: 0 }] = await server.app.database
        .asSystem('main')
        .transaction((tx) =>
          tx.query<{ age: number }>(
            'SELECT extract(epoch FROM almanac_now() - looked)::float8 AS age FROM published_look',
            [],
          ),
        )
      return { taken: states.filter((one) => one === 'busy').length, looked: age < 10 }
    }
    const before = (await slotsNow()).filter(({ status }) => status === 'busy').length
    const { body } = await clinic.send('GET', 'Slot?schedule=Schedule/anna&status=free&_sort=-start&_count=1')
    const [{ resource: slot }] = body.entry
    const booked = await clinic.send('POST', 'Appointment', {
      ...{ resourceType: 'Appointment', status: 'booked', slot: [{ reference: `Slot/${slot.id}` }] },
      ...{ start: slot.start, end: slot.end },
      participant: [{ actor: { reference: 'Patient/one' }, status: 'accepted' }],
    })
    expect(booked.status).toBe(201)
    expect(await statuses()).toEqual({ taken: before + 1, looked: true })
    await clinic.send('POST', `Appointment/${booked.body.id}/$cancel`)
    expect((await statuses()).taken).toBe(before)
  })

  test('no patient, practitioner, comment or id of the clinic is in any of it', async () => {
    const { body } = await clinic.send('GET', 'Slot?schedule=Schedule/anna')
    const ids = body.entry.map(({ resource }: { resource: FhirResource }) => resource.id)
    for (const file of ['', '/locations.ndjson', '/schedules.ndjson', `/${weekFile}`, '/errors.ndjson']) {
      const { text } = await get(`$bulk-publish${file}`)
      for (const secret of [
        'Secret',
        'anna',
        'practice"',
        '4711',
        'secret-77',
        '+49 30 999',
        'Patient/',
        ...ids,
      ])
        expect([file, secret, text.includes(secret)]).toEqual([file, secret, false])
    }
  })

  test('who has it already is told so, by tag or by date; _since leads to what has changed', async () => {
    const manifest = await get('$bulk-publish')
    const file = await get(`$bulk-publish/${weekFile}`)
    for (const [path, { headers }] of [
      ['$bulk-publish', manifest],
      [`$bulk-publish/${weekFile}`, file],
    ] as const) {
      const etag = String(headers.get('etag'))
      const date = String(headers.get('last-modified'))
      const statusFor = async (asked: Record<string, string>) => (await get(path, asked)).status
      expect(await statusFor({ 'if-none-match': etag })).toBe(304)
      expect(await statusFor({ 'if-none-match': '"another"' })).toBe(200)
      expect(await statusFor({ 'if-modified-since': date })).toBe(304)
      expect(await statusFor({ 'if-modified-since': new Date(0).toUTCString() })).toBe(200)
    }
    const { transactionTime } = JSON.parse(manifest.text)
    const since = `_since=${transactionTime}`
    expect(JSON.parse((await get(`$bulk-publish?${since}`)).text).output).toEqual([])
    await clinic.put(practice({ name: 'Practice by the river' }))
    await expire()
    const changed = JSON.parse((await get(`$bulk-publish?${since}`)).text).output
    expect(changed.map(({ type }: { type: string }) => type)).toEqual(['Location'])
    expect(lines((await get(changed[0].url)).text)[0].name).toBe('Practice by the river')
    expect((await get('$bulk-publish?_since=yesterday')).status).toBe(400)
    expect((await get('$bulk-publish?_since=2026-11-21T08:00:00+01:00')).status).toBe(400)
  })

  test('a group says how many places are left', async () => {
    const tuesday = monday.add({ days: 1 }).toString()
    await clinic.put(
      ...clinician('dora', {
        rules: { capacity: 3 },
        role: { location: [{ reference: 'Location/practice' }] },
      }),
    )
    await clinic.send('POST', 'Schedule/$generate-slots', parameters({ start: tuesday, end: tuesday }))
    const [first] = (await clinic.send('GET', 'Slot?schedule=Schedule/dora&_sort=start')).body.entry
    const { id, start, end } = first.resource
    await clinic.send('POST', 'Appointment', {
      resourceType: 'Appointment',
      status: 'booked',
      slot: [{ reference: `Slot/${id}` }],
      ...{ start, end },
      participant: [{ actor: { reference: 'Patient/one' }, status: 'accepted' }],
    })
    const left = (await slotsNow()).flatMap(({ extension: all }) =>
      all.filter(({ url }: { url: string }) => url === `${extension}slot-capacity`),
    )
    expect(left.map(({ valueInteger }) => valueInteger)).toEqual([2, 3, 3, 3, 3, 3])
  })

  test('is recorded, whoever reads it', async () => {
    const before = await events()
    await get('$bulk-publish')
    await get('$bulk-publish/locations.ndjson', {}, 'HEAD')
    const after = await events()
    expect(after.length - before.length).toBe(2)
    expect(after.map(fileOf)).toEqual(expect.arrayContaining(['$bulk-publish', 'locations.ndjson']))
  })

  test('a clinic that has not chosen so publishes nothing, and says not even that', async () => {
    for (const path of ['$bulk-publish', '$bulk-publish/locations.ndjson']) {
      const { status, text } = await get(`${server.baseOf('north')}/${path}`)
      const unknown = await get(`${server.baseOf('north')}/${path.replace('bulk', 'bolk')}`)
      expect([status, status < 400]).toEqual([unknown.status, false])
      expect(text.includes('Location')).toBe(false)
    }
    expect((await get(`$bulk-publish/patients.ndjson`)).status).toBe(404)
    expect((await get(`$bulk-publish`, {}, 'POST')).status).toBe(401)
  })
})

interface Event {
  readonly entity?: readonly { readonly detail?: readonly { type: string; valueString: string }[] }[]
}

const fileOf = ({ entity = [] }: Event) => entity[0]?.detail?.find(({ type }) => type === 'file')?.valueString

async function events(): Promise<readonly Event[]> {
  const code = encodeURIComponent('https://almanac.example/fhir/CodeSystem/audit-deed|slots-fetched')
  const { body } = await clinic.send('GET', `AuditEvent?subtype=${code}&_count=200`)
  return (body.entry ?? []).map(({ resource }: { resource: Event }) => resource)
}

describe('the link of a slot', () => {
  const linkOf = (slot: { extension: { url: string; valueUrl: string }[] }) =>
    String(slot.extension.find(({ url }) => url === `${extension}booking-deep-link`)?.valueUrl)

  const placesOf = (slot: { extension: { url: string; valueInteger: number }[] }) =>
    slot.extension.find(({ url }) => url === `${extension}slot-capacity`)?.valueInteger

  test('shows the time, or kindly that it is taken; who sent somebody is kept for the clinic', async () => {
    const slot = (await slotsNow()).find((line) => line.status === 'free' && placesOf(line) === undefined)
    const link = new URL(linkOf(slot))
    link.searchParams.set('source', 'portal-abc')
    link.searchParams.set('booking-referral', '34d1<b>')
    const free = await get(link.href, { 'accept-language': 'en' })
    expect([free.status, free.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(free.text).toContain('This time is free')
    expect(free.text).toContain('Practice by the river')
    const app = new URL(
      String(/href="(https:\/\/app\.example[^"]*)"/.exec(free.text)?.[1]).replaceAll('&amp;', '&'),
    )
    expect([app.searchParams.get('source'), app.searchParams.get('booking-referral')]).toEqual([
      'portal-abc',
      '34d1<b>',
    ])
    expect(free.text.includes('34d1<b>')).toBe(false)
    const told = (await events()).flatMap(({ entity = [] }) => entity[0]?.detail ?? [])
    expect(told).toContainEqual({ type: 'source', valueString: 'portal-abc' })

    const own = `Slot/${app.searchParams.get('slot')}`
    const [, name] = String((await clinic.send('GET', own)).body.schedule.reference).split('/')
    const booked = await clinic.send('POST', 'Appointment', {
      resourceType: 'Appointment',
      status: 'booked',
      slot: [{ reference: own }],
      start: slot.start,
      end: slot.end,
      participant: [{ actor: { reference: `Practitioner/${name}` }, status: 'accepted' }],
    })
    expect(booked.status, JSON.stringify(booked.body)).toBe(201)
    const taken = await get(link.href, { 'accept-language': 'de' })
    expect([taken.status, taken.text.includes('Diese Zeit ist vergeben')]).toEqual([200, true])
    expect(taken.text.includes('app.example')).toBe(false)
  })

  test.skipIf(chromiumPath === undefined)(
    `is a page for everybody (${withoutChromium})`,
    {
      timeout: 120_000,
    },
    async () => {
      const slot = (await slotsNow()).find((line) => line.status === 'free' && placesOf(line) === undefined)
      await using browser = await openChromium()
      for (const [locale, title] of [
        ['en', 'This time is free'],
        ['de', 'Diese Zeit ist frei'],
      ] as const) {
        const context = await browser.newContext({
          ...{ locale, bypassCSP: true, viewport: { width: 360, height: 740 } },
        })
        const page = await context.newPage()
        await page.goto(linkOf(slot))
        expect(await page.textContent('body')).toContain(title)
        expect(await findBarriers(page)).toEqual(nothingFound)
        await page.goto(linkOf(slot).replace(/slot=[^&]+/, 'slot=AAAA'))
        expect(await findBarriers(page)).toEqual(nothingFound)
      }
    },
  )

  test('that nobody made leads nowhere', async () => {
    for (const handle of ['', 'AAAA', 'A'.repeat(60), '"><script>'])
      expect((await get(`${server.origin}/booking/main?slot=${encodeURIComponent(handle)}`)).status).toBe(404)
    const elsewhere = linkOf((await slotsNow()).find(({ status }) => status === 'free')).replace(
      '/booking/main',
      '/booking/north',
    )
    expect((await get(elsewhere)).status).toBe(404)
  })

  test('is good in its own clinic alone, and stays as it is', () => {
    const key = new Uint8Array(32).fill(7)
    const main = createPublicNames(key, 'main')
    const north = createPublicNames(key, 'north')
    const handle = main.seal('0198-slot')
    expect([main.open(handle), main.seal('0198-slot'), north.open(handle)]).toEqual([
      '0198-slot',
      handle,
      undefined,
    ])
    expect(main.open(`${handle.slice(0, -2)}AA`)).toBeUndefined()
    expect(main.nameOf('Slot/1')).not.toBe(north.nameOf('Slot/1'))
  })
})
