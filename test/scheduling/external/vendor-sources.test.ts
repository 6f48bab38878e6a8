import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  type GoogleAccount,
  loadCalendarAccounts,
  type MicrosoftAccount,
} from '../../../src/scheduling/external/calendar-accounts.ts'
import { createGoogleSource } from '../../../src/scheduling/external/google-source.ts'
import { createMicrosoftSource } from '../../../src/scheduling/external/microsoft-source.ts'
import { startVendors } from './vendor-stand-in.ts'

let vendors: Awaited<ReturnType<typeof startVendors>>
let folder: string
const mailbox = 'anna@clinic.example'
const year = { start: Date.parse('2031-01-01'), end: Date.parse('2032-01-04') }
const may = { start: '2031-05-05T09:00:00Z', end: '2031-05-05T10:00:00Z' }
const june = { start: '2031-06-05T09:00:00Z', end: '2031-06-05T10:30:00Z' }
const asInterval = ({ start, end }: typeof may) => ({ start: Date.parse(start), end: Date.parse(end) })

beforeAll(async () => {
  vendors = await startVendors()
  vendors.state.busy[mailbox] = [may, june]
  vendors.state.free[mailbox] = [{ start: '2031-07-01T09:00:00Z', end: '2031-07-01T10:00:00Z' }]
  folder = mkdtempSync(join(tmpdir(), 'almanac-accounts-'))
})
afterAll(() => {
  vendors.close()
  rmSync(folder, { recursive: true })
})
afterEach(() => {
  vendors.state.answer = undefined
  vendors.state.questions.length = 0
})

const limits = () => ({
  ...{ bytes: 10_000, milliseconds: 1_000, redirects: 0 },
  trustedOrigins: [vendors.origin],
})
const google = (account: GoogleAccount = vendors.accounts.google) =>
  createGoogleSource(() => account, limits())
const microsoft = (account: MicrosoftAccount = vendors.accounts.microsoft) =>
  createMicrosoftSource(() => account, limits())
const question = (whose = mailbox) => ({
  ...{ address: `mailto:${whose}`, clinic: 'main', range: year },
  ...{ timeZone: 'Europe/Prague', ownSuffix: '@main.almanac' },
})

test.each([
  ['Google, by a service account', () => google()],
  ['Google, by somebody’s consent', () => google(vendors.accounts.user)],
  ['Microsoft', () => microsoft()],
])('%s tells a year of busy time in parts that it takes, with one token', async (_, open) => {
  const source = open()
  const before = vendors.state.tokens
  expect(await source.load(question())).toEqual([asInterval(may), asInterval(june)])
  expect(await source.load(question())).toHaveLength(2)
  expect(vendors.state.tokens - before).toBe(1)
  const { questions } = vendors.state
  expect(questions.every(({ days }) => days <= 60)).toBe(true)
  expect(questions.reduce((sum, { days }) => sum + days, 0)).toBe((2 * (year.end - year.start)) / 86_400_000)
})

test('a token that has been revoked is asked for anew, once', async () => {
  const source = google()
  await source.load(question())
  vendors.state.revoked = true
  expect(await source.load(question())).toHaveLength(2)
})

test('what a vendor refuses is told by its word alone', async () => {
  await expect(google().load(question('nobody@clinic.example'))).rejects.toThrow(
    'Google cannot tell (notFound): is the calendar shared?',
  )
  await expect(microsoft().load(question('nobody@clinic.example'))).rejects.toThrow(
    'Microsoft cannot tell (ErrorMailRecipientNotFound): is there such a mailbox?',
  )
  const stranger = { ...vendors.accounts.microsoft, client_secret: 'wrong-secret' }
  await expect(microsoft(stranger).load(question())).rejects.toThrow(
    /^The calendar answers with status 401 \(invalid_client\)\.$/,
  )
  vendors.state.answer = {
    status: 429,
    body: JSON.stringify({ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: `of ${mailbox}` } }),
  }
  await expect(google().load(question())).rejects.toThrow(
    /^The calendar answers with status 429 \(RESOURCE_EXHAUSTED\)\.$/,
  )
})

test.each([
  ['no JSON', '<html>'],
  ['null', 'null'],
  ['nothing of the mailbox', '{"calendars":{},"value":[]}'],
  [
    'times that are none',
    `{"calendars":{"${mailbox}":{"busy":[{"start":"x"}]}},"value":[{"scheduleItems":[{"start":{}}]}]}`,
  ],
  [
    'a zone that nobody asked for',
    `{"value":[{"scheduleItems":[{"status":"busy","start":{"dateTime":"2031-05-05T09:00:00","timeZone":"Tokyo Standard Time"}}]}]}`,
  ],
  ['more than fits', `"${'x'.repeat(20_000)}"`],
])('an answer with %s is none', async (_, body) => {
  vendors.state.answer = { status: 200, body }
  for (const source of [google(), microsoft()])
    await expect(source.load(question())).rejects.toMatchObject({
      message: expect.stringMatching(/answer|longer/),
    })
})

test('a vendor’s address within a private network is not asked', async () => {
  const source = createGoogleSource(() => vendors.accounts.google, { ...limits(), trustedOrigins: [] })
  await expect(source.load(question())).rejects.toThrow('Calendars are fetched by https.')
  const inside = { ...vendors.accounts.google, token_uri: 'https://10.0.0.8/token' }
  await expect(google(inside).load(question())).rejects.toThrow('The address leads into a private network.')
})

test.each([
  'https://anna@clinic.example',
  'mailto:anna',
  'mailto:anna@clinic.example?subject=x',
  'mailto:a@b@c',
  'x',
])('%s is no mailbox', (address) => expect(google().faultOf(address, 'main')).toMatch(/mailto/))

test('the accounts are read once, and what is wrong with them is told without them', () => {
  const write = (content: unknown) => {
    const file = join(folder, 'accounts.json')
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    return () => loadCalendarAccounts(file)
  }
  const { google, microsoft } = vendors.accounts
  expect(write({ main: { google, microsoft } })().get('main')?.google?.api).toBe(vendors.origin)
  const { api: _, token_uri: __, ...asGoogleGivesIt } = google
  expect(write({ main: { google: asGoogleGivesIt } })().get('main')?.google).toMatchObject({
    api: 'https://www.googleapis.com',
    token_uri: 'https://oauth2.googleapis.com/token',
  })
  expect(write('{"main":')).toThrow('cannot be read: it is no JSON')
  expect(write([])).toThrow('is no object of clinics')
  expect(write({ main: { apple: {} } })).toThrow('neither google nor microsoft')
  expect(write({ main: { google: { type: 'key' } } })).toThrow('neither service_account nor authorized_user')
  expect(write({ main: { google: { ...google, private_key: 'secret' } } })).toThrow(/^[^"]*no RSA key\.$/)
  expect(write({ main: { microsoft: { tenant_id: 'x' } } })).toThrow(
    'lacks client_id, client_secret of microsoft',
  )
  expect(() => loadCalendarAccounts(join(folder, 'none.json'))).toThrow('cannot be read: ENOENT')
  expect(loadCalendarAccounts(undefined).size).toBe(0)
})
