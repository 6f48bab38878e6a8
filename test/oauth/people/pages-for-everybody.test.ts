import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../../src/oauth/pages/routes.ts'
import { createInvitations } from '../../../src/oauth/sign-in/invitations.ts'
import { invite } from '../../../src/oauth/sign-in/invite.ts'
import { findBarriers, nothingFound } from '../../support/axe.ts'
import { chromiumPath, openChromium, withoutChromium } from '../../support/chromium.ts'
import {
  type AskedApp,
  authorizePath,
  type PeopleServer,
  type Person,
  registerApp,
  startPeopleServer,
  totpNow,
} from '../../support/people.ts'
import { codeOf, Visitor } from '../../support/visitor.ts'

const patientScopes =
  'openid fhirUser launch/patient offline_access patient/*.rs patient/Appointment.cruds patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory'

describe.skipIf(chromiumPath === undefined)(`pages for everybody (${withoutChromium})`, () => {
  let server: PeopleServer
  let browser: Browser
  let app: AskedApp
  /** Passkeys know hosts by name, not by number. */
  let origin: string

  beforeAll(async () => {
    server = await startPeopleServer()
    origin = server.origin.replace('127.0.0.1', 'localhost')
    app = await registerApp(server)
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  /** Past the policy, for axe to run inside of the page. */
  async function open(locale: string): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext({
      locale,
      bypassCSP: true,
      viewport: locale === 'de' ? { width: 360, height: 740 } : { width: 1100, height: 800 },
    })
    return { context, page: await context.newPage() }
  }

  const shots = process.env.PAGE_SHOTS
  const looked = new Set<string>()

  /** Nothing to find for axe, and nothing that must be scrolled sideways: German, whose words are long, on a phone. */
  async function look(page: Page, name: string, locale: string): Promise<void> {
    if (shots !== undefined)
      await page.screenshot({ path: join(shots, `${name}-${locale}.png`), fullPage: true })
    looked.add(new URL(page.url()).pathname)
    expect({ name, ...(await findBarriers(page)) }).toEqual({ name, ...nothingFound })
    expect(await page.getAttribute('html', 'lang')).toBe(locale)
  }

  async function signIn(page: Page, person: Person, ahead = 0): Promise<void> {
    await page.fill('#email', person.email)
    await page.click('form[action="/oauth/sign-in"] button')
    const letter = await new Visitor(server.origin).letter(person.email, /\d{4} \d{4}/)
    await page.fill('#code', codeOf(letter))
    await page.click('form[action="/oauth/sign-in/code"] button')
    if (person.totp !== undefined) {
      await page.fill('#code', totpNow(person.totp, ahead))
      await page.click('form[action="/oauth/sign-in/totp"] button')
    }
  }

  test.each(['en', 'de'])('what a patient meets, in %s', { timeout: 240_000 }, async (locale) => {
    await server.query(
      `insert into clinic_sign_in values ('main', true, true) on conflict (clinic) do update set passwords = true, registration = true`,
    )
    const patient = await server.person({
      name: 'Anna Svoboda',
      roles: ['patient'],
      fhirUser: 'Patient/patient-1',
    })
    const { context, page } = await open(locale)
    const ask = authorizePath(server, app, patientScopes, { aud: `${origin}/fhir` })
    await page.goto(origin + ask.path)
    await look(page, 'sign-in', locale)
    await page.fill('#email', patient.email)
    await page.click('form[action="/oauth/sign-in"] button')
    await look(page, 'check-mail', locale)
    await page.fill('#code', '0000 0000')
    await page.click('form[action="/oauth/sign-in/code"] button')
    await look(page, 'wrong-code', locale)
    const letter = await new Visitor(server.origin).letter(patient.email, /\d{4} \d{4}/)
    await page.fill('#code', codeOf(letter))
    await page.click('form[action="/oauth/sign-in/code"] button')
    await look(page, 'consent', locale)
    await page.goto(`${origin}/oauth/account`)
    await look(page, 'account', locale)
    await page.goto(`${origin}/oauth/account/connect`)
    await look(page, 'connect', locale)
    await page.goto(`${origin}/oauth/account/password`)
    await look(page, 'password', locale)
    await page.goto(`${origin}/oauth/account/passkey`)
    await look(page, 'new-passkey', locale)
    await page.goto(`${origin}/oauth/account/totp`)
    await look(page, 'new-app', locale)
    await page.goto(`${origin}/oauth/sign-in/link?token=nothing`)
    await look(page, 'refused-link', locale)
    await page.goto(`${origin}/oauth/account/nothing`)
    await look(page, 'nothing', locale)
    await context.close()
  })

  test.each(['en', 'de'])(
    'what newcomers meet, and who leaves, in %s',
    { timeout: 240_000 },
    async (locale) => {
      const { database } = server.app
      const ask = database.global.bind(database)
      const invitations = createInvitations(ask, server.accounts, randomUUID)
      const email = `ivy-${locale}@people.example`
      const wish = {
        clinic: 'main',
        role: 'clinic-admin',
        email,
        reference: undefined,
        displayName: 'Ivy',
      } as const
      const invited = await invite(database, invitations, wish)
      if (typeof invited === 'string') throw new Error(invited)
      const { context, page } = await open(locale)
      const go = async (path: string, name: string) => {
        await page.goto(origin + path)
        await look(page, name, locale)
      }
      await go(`/oauth/invitation?secret=${invited.secret}`, 'invitation')
      await go('/oauth/invitation?secret=nothing', 'refused-invitation')
      await page.goto(`${origin}/oauth/sign-in`)
      await page.click('form[action="/oauth/sign-in/passkey"] button')
      await look(page, 'passkey', locale)
      await page.goto(`${origin}/oauth/sign-in`)
      await signIn(page, { id: '', name: '', email: `new-${locale}@people.example`, totp: undefined })
      await look(page, 'register', locale)
      await go('/oauth/sign-in', 'sign-in-bare')
      const guest = await server.person({ roles: ['patient'], fhirUser: 'Patient/patient-1' })
      await page.fill('#email', guest.email)
      await page.click('form[action="/oauth/sign-in"] button')
      const letter = await new Visitor(server.origin).letter(guest.email, /sign-in\/link/)
      const link = /\/oauth\/sign-in\/link\?[\w=&-]+/.exec(letter)?.[0] ?? ''
      await go(link, 'link')
      await page.click('main form button')
      await go('/oauth/end-session', 'sign-out')
      await page.click('button[value=yes]')
      await look(page, 'signed-out', locale)
      await go('/oauth/end-session', 'sign-out-nobody')
      await go('/oauth/authorize?client_id=nobody', 'stop')
      await context.close()
    },
  )

  test.each(['en', 'de'])('what staff meet, in %s', { timeout: 240_000 }, async (locale) => {
    const doctor = await server.person({
      name: 'Grace Adams',
      roles: ['practitioner'],
      fhirUser: 'Practitioner/dr-adams',
    })
    await server.factors.removeTotp(doctor.id)
    const { context, page } = await open(locale)
    await page.goto(`${origin}/oauth/sign-in`)
    await signIn(page, { ...doctor, totp: undefined })
    await look(page, 'set-up', locale)
    await server.factors.setTotp(doctor.id, 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP')
    await page.goto(`${origin}/oauth/sign-in/second`)
    await look(page, 'second', locale)
    await page.fill('#code', totpNow('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'))
    await page.click('form[action="/oauth/sign-in/totp"] button')
    const ask = authorizePath(
      server,
      app,
      'openid fhirUser launch/patient patient/*.rs user/Appointment.cruds',
      { aud: `${origin}/fhir` },
    )
    await page.goto(origin + ask.path)
    await look(page, 'picker', locale)
    await page.fill('#find', 'Nguyen')
    await page.click('form[role="search"] button')
    await look(page, 'picker-found', locale)
    await page.click('.choices a')
    await look(page, 'staff-consent', locale)
    await context.close()
  })

  test.each(['en', 'de'])('what an administrator meets, in %s', { timeout: 240_000 }, async (locale) => {
    const admin = await server.person({ name: 'Ada Admin', roles: ['clinic-admin'] })
    const other = await server.person({
      name: `Sam ${locale}`,
      email: `sam-${locale}@people.example`,
      roles: ['patient'],
    })
    await server.query(
      `insert into record_claim (id, clinic, account, identifier, family_name, birth_date) values ($1, 'main', $1, 'A-1001', 'Svoboda', '1945-01-15')`,
      [other.id],
    )
    const { context, page } = await open(locale)
    await page.goto(`${origin}/oauth/sign-in`)
    await signIn(page, admin)
    await page.goto(`${origin}/oauth/admin`)
    await page.selectOption('#role', 'patient')
    await page.fill('#reference', 'Patient/patient-3')
    await page.click('button.primary')
    await look(page, 'invitations', locale)
    for (const tab of ['claims', 'people', 'settings', 'apps']) {
      await page.goto(`${origin}/oauth/admin/main/${tab}`)
      await look(page, tab, locale)
    }
    await page.click('summary')
    await page.fill('#name', 'Referral letters')
    await page.selectOption('#kind', 'secret')
    await page.fill('#redirects', 'https://letters.example/back')
    await page.click('details button.primary')
    await look(page, 'app-added', locale)
    await context.close()
  })

  test('what a demo shows beside them: its letters, and the launcher with apps and without', {
    timeout: 120_000,
  }, async () => {
    const { context, page } = await open('en')
    const go = async (path: string, name: string) => {
      await page.goto(origin + path)
      await look(page, name, 'en')
    }
    await go('/oauth/launcher', 'launcher-without-apps')
    const { clients } = server.app.authorization
    const launch = { client_name: 'Growth Chart', launch_uris: ['https://app.example/launch'] }
    await clients.save('growth-chart', {
      client_id: 'growth-chart',
      redirect_uris: ['https://app.example/callback'],
      token_endpoint_auth_method: 'none',
      ...launch,
    })
    await go('/oauth/launcher', 'launcher')
    const reader = await server.person({ roles: ['patient'], fhirUser: 'Patient/patient-1' })
    const visitor = server.visitor()
    await visitor.get('/oauth/sign-in')
    await visitor.submit('/oauth/sign-in', { email: reader.email })
    await visitor.letter(reader.email)
    await go('/dev/mail', 'dev-mail')
    await context.close()
  })

  test('there is no page that was not looked at', () => {
    const shown = routes.filter(
      ({ method, path }) => method === 'GET' && ![...looked].some((one) => path.test(one)),
    )
    // It only leads on to the first tab.
    expect(shown.map(({ path }) => path.source)).toEqual(['^\\/oauth\\/admin$'])
  })
})
