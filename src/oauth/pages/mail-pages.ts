import { html } from './html.ts'
import { alertBox } from './layout.ts'
import { form, goTo, type PageAnswer, type PageRequest, showPage } from './page.ts'
import type { People } from './people.ts'
import { signInPath } from './sign-in-start.ts'
import { advanceSignIn } from './sign-in-steps.ts'

/** GET /oauth/sign-in/mail */
export async function showCheckMail(
  people: People,
  request: PageRequest,
  problem?: string,
): Promise<PageAnswer> {
  const { say } = request
  const visit = request.visit === undefined ? undefined : await people.visits.find(request.visit)
  if (visit?.email === undefined) return goTo('/oauth/sign-in')
  const body = html`
${alertBox(problem)}
<p class="lead">${say('mail.lead', { email: visit.email })}</p>
<p>${say('mail.what')}</p>
${form(
  request,
  '/oauth/sign-in/code',
  html`<label for="code">${say('mail.code')}</label>
<input id="code" name="code" class="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]*" maxlength="12" required aria-describedby="code-hint">
<p class="hint" id="code-hint">${say('mail.codeHint')}</p>
<button class="primary">${say('mail.continue')}</button>`,
)}
<p class="quiet">${say('mail.nothing')} <a href="${signInPath(visit)}">${say('mail.again')}</a></p>`
  return showPage({ title: say('mail.title'), body }, problem === undefined ? 200 : 422)
}

/** POST /oauth/sign-in/code */
export async function enterCode(people: People, request: PageRequest): Promise<PageAnswer> {
  const { form: sent, say, visit } = request
  const code = (sent.get('code') ?? '').replaceAll(/\D/g, '')
  if (visit === undefined || (await people.visits.find(visit)) === undefined) return goTo('/oauth/sign-in')
  if (code.length === 8 && (await people.visits.useCode(visit, code))) {
    return advanceSignIn(people, request, { factor: 'mail' })
  }
  await recordFailure(people, request, 'a mailed code that does not fit')
  return showCheckMail(people, request, say('mail.wrongCode'))
}

/** GET /oauth/sign-in/link: looks only, for programs that open what stands in a letter. */
export async function showLink(people: People, request: PageRequest): Promise<PageAnswer> {
  const { say, query, visit } = request
  const token = query.get('token') ?? ''
  if (visit === undefined || !(await people.visits.showLink(visit, token))) return refuseLink(request)
  const body = html`<p class="lead">${say('link.lead')}</p>
${form(
  request,
  '/oauth/sign-in/link',
  html`<input type="hidden" name="token" value="${token}"><button class="primary">${say('link.continue')}</button>`,
)}`
  return showPage({ title: say('link.title'), body })
}

/** POST /oauth/sign-in/link */
export async function openLink(people: People, request: PageRequest): Promise<PageAnswer> {
  const { visit, form: sent } = request
  if (visit === undefined || !(await people.visits.useLink(visit, sent.get('token') ?? ''))) {
    await recordFailure(people, request, 'a link that is used, too old, or of another browser')
    return refuseLink(request)
  }
  return advanceSignIn(people, request, { factor: 'mail' })
}

/** Used, too old, never there, or asked for at another browser: nobody is told which. */
function refuseLink({ say }: PageRequest): PageAnswer {
  const body = html`<p class="lead">${say('link.refused')}</p>
<p>${say('link.otherBrowser')}</p>
<p><a class="button" href="/oauth/sign-in">${say('link.again')}</a></p>`
  return showPage({ title: say('link.refusedTitle'), body }, 410)
}

async function recordFailure(people: People, request: PageRequest, failure: string): Promise<void> {
  const visit = request.visit === undefined ? undefined : await people.visits.find(request.visit)
  const { address, requestId } = request.exchange
  await people.log.record({
    deed: 'login',
    failure,
    clinic: visit?.clinic,
    tried: visit?.email,
    address,
    requestId,
  })
}
