import { longestPassword, shortestPassword } from '../sign-in/password-hash.ts'
import { needsSecondFactor } from '../sign-in/roles.ts'
import { newTotpSecret, totpStepOf, totpUri } from '../sign-in/totp.ts'
import { html } from './html.ts'
import type { TextKey } from './language.ts'
import { alertBox } from './layout.ts'
import { form, goBack, goTo, type PageAnswer, showPage } from './page.ts'
import type { People } from './people.ts'
import { buildQrCode } from './qr-code.ts'
import { codeForm, passkeyForm } from './second-factor-pages.ts'
import { tell } from './sign-in-letter.ts'
import type { PersonRequest } from './signed-in.ts'

const home = '/oauth/account'

/** GET /oauth/account/passkey */
export async function showNewPasskey(
  people: People,
  request: PersonRequest,
  problem?: string,
): Promise<PageAnswer> {
  const { say, account, exchange } = request
  const offer = await people.passkeys.offerNew(account, exchange.origin)
  const opened = await people.visits.open({ continues: home, challenge: offer.challenge })
  const name = html`<label for="name">${say('ways.passkeyName')}</label>
<input id="name" name="name" required maxlength="60" autocomplete="off">
<p class="hint">${say('ways.passkeyNameHint')}</p>`
  const body = html`${alertBox(problem)}<p class="lead">${say('setUp.passkeyWhat')}</p>
${passkeyForm(request, '/oauth/account/passkey', offer.options, say('setUp.makePasskey'), 'create', name)}
<p><a href="${home}">${say('ways.back')}</a></p>`
  const page = showPage(
    { title: say('ways.addPasskey'), body, script: 'passkey.js' },
    problem === undefined ? 200 : 422,
  )
  return { ...page, visit: opened.secret }
}

/** POST /oauth/account/passkey */
export async function addPasskey(people: People, request: PersonRequest): Promise<PageAnswer> {
  const { say, account, exchange, form: sent, visit: secret } = request
  const visit = secret === undefined ? undefined : await people.visits.find(secret)
  const name = (sent.get('name') ?? '').trim().slice(0, 60) || say('ways.passkey')
  const answer = sent.get('answer') ?? ''
  const added =
    visit?.challenge !== undefined &&
    (await people.passkeys.add(account, exchange.origin, visit.challenge, answer, name))
  if (!added) return showNewPasskey(people, request, say('passkey.notMade'))
  await told(people, request, 'set up a passkey', 'letter.factorPasskey')
  return { ...goBack(home, 'passkey'), visit: null }
}

/** GET /oauth/account/totp */
export async function showNewTotp(
  people: People,
  request: PersonRequest,
  problem?: string,
): Promise<PageAnswer> {
  const { say, account } = request
  const secret = newTotpSecret()
  const opened = await people.visits.open({ continues: home })
  await people.visits.keepPending(opened.secret, { pendingSecret: people.factors.sealPending(secret) })
  const body = html`${alertBox(problem)}
<ol>
<li>${say('setUp.scan')}
<div class="qr">${buildQrCode(totpUri(secret, 'Almanac', account.email), say('setUp.qr'))}</div>
<p class="quiet">${say('setUp.orType')} <code class="secret">${secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code></p></li>
<li>${say('setUp.enter')}
${codeForm(request, '/oauth/account/totp')}</li>
</ol>
<p><a href="${home}">${say('ways.back')}</a></p>`
  return {
    ...showPage({ title: say('ways.addApp'), body }, problem === undefined ? 200 : 422),
    visit: opened.secret,
  }
}

/** POST /oauth/account/totp */
export async function addTotp(people: People, request: PersonRequest): Promise<PageAnswer> {
  const { say, account, form: sent, visit: secret } = request
  const visit = secret === undefined ? undefined : await people.visits.find(secret)
  if (visit?.pendingSecret === undefined) return goTo('/oauth/account/totp')
  const pending = people.factors.unsealPending(visit.pendingSecret)
  const code = (sent.get('code') ?? '').replaceAll(/\D/g, '')
  if (totpStepOf(pending, code, new Date()) === undefined)
    return showNewTotp(people, request, say('ways.wrongCode'))
  await people.factors.setTotp(account.id, pending)
  await told(people, request, 'set up an authenticator app', 'letter.factorApp')
  return { ...goBack(home, 'app'), visit: null }
}

/** GET /oauth/account/password */
export async function showPassword(
  people: People,
  request: PersonRequest,
  problem?: string,
): Promise<PageAnswer> {
  const { say, account } = request
  if (!(await people.clinics.passwordsFor(account))) return goTo(home)
  const body = html`${alertBox(problem)}
<p class="lead">${say('ways.passwordLead', { least: shortestPassword })}</p>
${form(
  request,
  '/oauth/account/password',
  html`<input type="email" name="email" value="${account.email}" autocomplete="username" readonly hidden>
<label for="password">${say('ways.newPassword')}</label>
<input id="password" name="password" type="password" autocomplete="new-password" required minlength="${shortestPassword}" maxlength="${longestPassword}">
<button class="primary">${say('ways.savePassword')}</button>`,
)}
<p><a href="${home}">${say('ways.back')}</a></p>`
  return showPage({ title: say('ways.addPassword'), body }, problem === undefined ? 200 : 422)
}

/** POST /oauth/account/password */
export async function setPassword(people: People, request: PersonRequest): Promise<PageAnswer> {
  const { say, account, form: sent } = request
  if (!(await people.clinics.passwordsFor(account))) return goTo(home)
  const password = sent.get('password') ?? ''
  const length = [...password].length
  if (length < shortestPassword || length > longestPassword) {
    return showPassword(
      people,
      request,
      say('ways.passwordLength', { least: shortestPassword, most: longestPassword }),
    )
  }
  await people.factors.setPassword(account.id, password)
  await told(people, request, 'set a password', 'letter.factorPassword')
  return goBack(home, 'password')
}

/** POST /oauth/account/remove */
export async function removeWay(people: People, request: PersonRequest): Promise<PageAnswer> {
  const { account, form: sent } = request
  const what = sent.get('what')
  if (what === 'password') await people.factors.setPassword(account.id, undefined)
  else {
    const { totp, passkeys } = await people.factors.of(account.id)
    if (needsSecondFactor(account) && passkeys + (totp ? 1 : 0) < 2) return goTo(home)
    if (what === 'totp') await people.factors.removeTotp(account.id)
    else if (!(await people.passkeys.remove(account.id, sent.get('id') ?? ''))) return goTo(home)
  }
  await told(
    people,
    request,
    `removed a ${what === 'totp' ? 'authenticator app' : what}`,
    'letter.factorRemoved',
  )
  return goBack(home, 'removed')
}

async function told(
  people: People,
  request: PersonRequest,
  description: string,
  letter: TextKey,
): Promise<void> {
  const { say, account, exchange } = request
  const { address, requestId } = exchange
  await people.log.record({ deed: 'account-changed', account, address, requestId, description })
  tell(people, account.email, say('letter.factorSubject'), say(letter, { name: account.displayName }))
}
