import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, openChromium, withoutChromium } from '../../support/chromium.ts'
import { type PeopleServer, type Person, startPeopleServer } from '../../support/people.ts'
import { codeOf, Visitor } from '../../support/visitor.ts'

describe.skipIf(chromiumPath === undefined)(`passkeys (${withoutChromium})`, () => {
  let server: PeopleServer
  let browser: Browser
  /** Passkeys know hosts by name, not by number. */
  let origin: string

  beforeAll(async () => {
    server = await startPeopleServer()
    origin = server.origin.replace('127.0.0.1', 'localhost')
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  /** A browser whose device has a fingerprint reader, or whatever else it is that it verifies its user by. */
  async function open(isUserVerified = true): Promise<Page> {
    const context = await browser.newContext()
    const page = await context.newPage()
    const cdp = await context.newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified,
        automaticPresenceSimulation: true,
      },
    })
    return page
  }

  async function signInByLetter(page: Page, { email }: Person): Promise<void> {
    const reader = new Visitor(server.origin)
    const before = await reader.newestLetter(email, /\d{4} \d{4}/)
    await page.goto(`${origin}/oauth/sign-in`)
    await page.fill('#email', email)
    await page.click('form[action="/oauth/sign-in"] button')
    await page.fill('#code', codeOf(await reader.letter(email, /\d{4} \d{4}/, before)))
    await page.click('form[action="/oauth/sign-in/code"] button')
  }

  test('staff set one up at their first sign-in, and from then on it is all they need', async () => {
    const doctor = await server.person({ roles: ['practitioner'], fhirUser: 'Practitioner/dr-adams' })
    await server.factors.removeTotp(doctor.id)
    const page = await open()
    await signInByLetter(page, doctor)
    await page.click('button[data-passkey="create"]')
    await page.waitForURL(`${origin}/oauth/account`)
    expect(await page.textContent('main')).toContain('Passkey')
    await page.click('form[action="/oauth/account/sign-out"] button')
    await page.click('form[action="/oauth/sign-in/passkey"] button')
    await page.click('button[data-passkey="get"]')
    await page.waitForURL(`${origin}/oauth/account`)
    expect(await page.textContent('main')).toContain(doctor.email)
    const [row] = await server.query<{ payload: { acr: string; amr: string[] } }>(
      `select payload from oauth_entry where model = 'Session' and payload->>'accountId' = $1`,
      [doctor.id],
    )
    expect(row?.payload).toMatchObject({ acr: 'urn:almanac:acr:2', amr: ['hwk', 'mfa'] })
    await page.context().close()
  })

  test('a patient adds one, is asked for it after the next letter, and removes it again', async () => {
    const patient = await server.person({ roles: ['patient'], fhirUser: 'Patient/patient-2' })
    const page = await open()
    await signInByLetter(page, patient)
    await page.goto(`${origin}/oauth/account/passkey`)
    await page.fill('#name', 'Phone of Sam')
    await page.click('button[data-passkey="create"]')
    await page.waitForURL(`${origin}/oauth/account?done=passkey`)
    expect(await page.textContent('main')).toContain('Phone of Sam')
    await page.click('form[action="/oauth/account/sign-out"] button')
    await server.query('delete from sign_in_visit where email = $1', [patient.email])
    await signInByLetter(page, patient)
    expect(page.url()).toBe(`${origin}/oauth/sign-in/second`)
    await page.click('button[data-passkey="get"]')
    await page.waitForURL(`${origin}/oauth/account`)
    await page.click('form[action="/oauth/account/remove"] button')
    expect(await page.textContent('[role="status"]')).toContain('removed')
    expect(await page.textContent('main')).not.toContain('Phone of Sam')
    await page.context().close()
  })

  test('the answer of one visit is worth nothing in another', async () => {
    const patient = await server.person({ roles: ['patient'], fhirUser: 'Patient/patient-3' })
    const page = await open()
    await signInByLetter(page, patient)
    await page.goto(`${origin}/oauth/account/passkey`)
    await page.fill('#name', 'Phone')
    await page.click('button[data-passkey="create"]')
    await page.waitForURL(`${origin}/oauth/account?done=passkey`)
    await page.click('form[action="/oauth/account/sign-out"] button')
    await page.click('form[action="/oauth/sign-in/passkey"] button')
    const answer = (await page.evaluate(`(async () => {
      const { options } = document.querySelector('button[data-passkey]').dataset
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options))
      return JSON.stringify((await navigator.credentials.get({ publicKey })).toJSON())
    })()`)) as string
    const thief = new Visitor(origin)
    await thief.get('/oauth/sign-in')
    await thief.submit('/oauth/sign-in/passkey')
    await thief.submit('/oauth/sign-in/passkey/check', { answer })
    expect(thief.sheet.status).toBe(422)
    await thief.get('/oauth/account')
    expect(thief.sheet.status).toBe(303)
    await page.context().close()
  })

  test('a device that does not know who holds it is not let in', async () => {
    const patient = await server.person({ roles: ['patient'], fhirUser: 'Patient/patient-4' })
    const page = await open(false)
    await signInByLetter(page, patient)
    await page.goto(`${origin}/oauth/account/passkey`)
    await page.fill('#name', 'Phone')
    await page.click('button[data-passkey="create"]')
    await page.waitForFunction(`document.querySelector('.problem').textContent !== ''`)
    expect(page.url()).toBe(`${origin}/oauth/account/passkey`)
    await page.context().close()
  })
})
