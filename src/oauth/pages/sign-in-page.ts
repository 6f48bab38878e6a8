import { isEmail, normalizeEmail } from '../sign-in/accounts.ts'
import { html } from './html.ts'
import { alertBox } from './layout.ts'
import { form, goTo, type PageAnswer, type PageRequest, showPage } from './page.ts'
import type { People } from './people.ts'
import { mailSignIn } from './sign-in-letter.ts'
import { readStart, type SignInStart, startFields } from './sign-in-start.ts'

export interface SignInAsk {
  readonly start: SignInStart
  readonly email?: string
  readonly app?: string
  readonly problem?: string
  /** Below the form: the way back to the app. */
  readonly formTargets?: readonly string[]
  readonly status?: number
}

/** GET /oauth/sign-in */
export async function showSignIn(people: People, request: PageRequest): Promise<PageAnswer> {
  return askWhoItIs(people, request, { start: readStart(people, request.query) })
}

export async function askWhoItIs(people: People, request: PageRequest, ask: SignInAsk): Promise<PageAnswer> {
  const { say } = request
  const { start } = ask
  const { passwords, registration } = await (start.clinic === undefined
    ? people.clinics.any()
    : people.clinics.of(start.clinic))
  const body = html`
${alertBox(ask.problem)}
<p class="lead">${
    start.clinic !== undefined && ask.app !== undefined
      ? say('signIn.leadForApp', { app: ask.app, clinic: await people.nameOfClinic(start.clinic) })
      : say('signIn.lead')
  }</p>
${form(
  request,
  '/oauth/sign-in',
  html`${startFields(start)}
<label for="email">${say('signIn.email')}</label>
<input id="email" name="email" type="email" autocomplete="username webauthn" inputmode="email" required maxlength="254" value="${ask.email}">
<p class="hint">${say(registration ? 'signIn.emailHintOpen' : 'signIn.emailHint')}</p>
<button class="primary">${say('signIn.sendLink')}</button>`,
)}
<p class="or"><span>${say('signIn.or')}</span></p>
${form(request, '/oauth/sign-in/passkey', html`${startFields(start)}<button>${say('signIn.usePasskey')}</button>`)}
${
  passwords &&
  html`<details${ask.status === 401 && html` open`}><summary>${say('signIn.usePassword')}</summary>
${form(
  request,
  '/oauth/sign-in/password',
  html`${startFields(start)}
<label for="password-email">${say('signIn.email')}</label>
<input id="password-email" name="email" type="email" autocomplete="username" required maxlength="254" value="${ask.email}">
<label for="password">${say('signIn.password')}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="256">
<button>${say('signIn.withPassword')}</button>
<p class="hint">${say('signIn.forgotPassword')}</p>`,
)}</details>`
}`
  const { formTargets = [] } = ask
  return showPage({ title: say('signIn.title'), body, formTargets }, ask.status)
}

/** POST /oauth/sign-in: the same answer whoever has the address; a letter is written when nobody waits any more. */
export async function askForLink(people: People, request: PageRequest): Promise<PageAnswer> {
  const { form: sent, say } = request
  const start = readStart(people, sent)
  const typed = sent.get('email') ?? ''
  if (!isEmail(typed.trim())) {
    return askWhoItIs(people, request, { start, email: typed, problem: say('signIn.noEmail'), status: 422 })
  }
  const email = normalizeEmail(typed)
  const opened = await people.visits.openByMail({ email, continues: start.continues, clinic: start.clinic })
  if (opened.link !== undefined && opened.code !== undefined) {
    mailSignIn(people, request, { email, link: opened.link, code: opened.code, clinic: start.clinic })
  }
  return goTo('/oauth/sign-in/mail', opened.secret)
}
