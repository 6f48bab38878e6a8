import { Refusal } from '#fhir/refusal.ts'
import type { Account } from '../account.ts'
import type { BrowserSession } from '../interaction.ts'
import { isAdminOf, needsSecondFactor, rolesAt } from '../sign-in/roles.ts'
import { type Html, html } from './html.ts'
import { form, goTo, type PageAnswer, type PageRequest } from './page.ts'
import type { People } from './people.ts'
import type { Route } from './route.ts'
import { signInPath } from './sign-in-start.ts'

/** A visit of somebody who is signed in. */
export interface PersonRequest extends PageRequest {
  readonly session: BrowserSession
  readonly account: Account
  /** Of the clinic that the page is about, else of the first that the person belongs to. */
  readonly timeZone: string
}

/** … and has a say at the clinic that the path names. */
export interface ClinicRequest extends PersonRequest {
  readonly clinic: string
}

export type PersonAnswer = (people: People, request: PersonRequest) => Promise<PageAnswer>
export type ClinicAnswer = (people: People, request: ClinicRequest) => Promise<PageAnswer>

/** Changing how one signs in takes having signed in just now: a browser left open is not enough. */
const freshMs = 15 * 60_000

export function person(
  method: 'GET' | 'POST',
  path: RegExp,
  answer: PersonAnswer,
  wish: { readonly fresh?: boolean } = {},
): Route {
  return {
    method,
    path,
    signedIn: true,
    async answer(people, request, session) {
      const account = session && (await people.accounts.find(session.accountId))
      const continues = method === 'GET' ? request.path : '/oauth/account'
      if (session === undefined || account === undefined) return goTo(signInPath({ continues }))
      const old = wish.fresh === true && Date.now() - session.signedInAt.getTime() > freshMs
      const one = needsSecondFactor(account) && session.acr !== 'urn:almanac:acr:2'
      if (old || one) return goTo(signInPath({ continues }))
      const timeZone = await people.zoneOfClinic(account.memberships[0]?.tenant ?? 'main')
      const signedIn = { ...request, session, account, timeZone }
      const given = await answer(people, signedIn)
      if (given.page === undefined) return given
      return { ...given, page: { ...given.page, nav: buildNav(signedIn) } }
    },
  }
}

/** `desk`: the front desk may come in as well. */
export function clinicPage(
  method: 'GET' | 'POST',
  path: RegExp,
  answer: ClinicAnswer,
  wish: { readonly desk?: boolean } = {},
): Route {
  return person(method, path, async (people, request) => {
    const [clinic = ''] = request.parameters
    const { account } = request
    const desk = wish.desk === true && rolesAt(account, clinic).includes('front-desk')
    if (!people.isClinic(clinic) || !(desk || isAdminOf(account, clinic))) {
      throw new Refusal('forbidden', 'This page is for the administrators of the clinic.')
    }
    return answer(people, { ...request, clinic, timeZone: await people.zoneOfClinic(clinic) })
  })
}

function buildNav(request: PersonRequest): Html {
  const { say, account } = request
  const rules = account.memberships.some(({ roles }) =>
    roles.some((role) => role === 'clinic-admin' || role === 'front-desk' || role === 'platform-admin'),
  )
  return html`<nav aria-label="${say('nav.label')}"><a href="/oauth/account">${say('nav.account')}</a>
${rules && html`<a href="/oauth/admin">${say('nav.admin')}</a>`}
${form(request, '/oauth/account/sign-out', html`<button>${say('nav.signOut')}</button>`)}</nav>`
}
