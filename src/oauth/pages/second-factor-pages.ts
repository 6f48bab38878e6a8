import { freeFailures } from '../sign-in/failures.ts'
import { newTotpSecret, totpStepOf, totpUri } from '../sign-in/totp.ts'
import { type HalfSignedIn, loadHalfSignedIn } from './half-signed-in.ts'
import { type Html, html } from './html.ts'
import { alertBox } from './layout.ts'
import { form, goTo, type PageAnswer, type PageRequest, showPage } from './page.ts'
import type { People } from './people.ts'
import { buildQrCode } from './qr-code.ts'
import { tell } from './sign-in-letter.ts'
import { advanceSignIn } from './sign-in-steps.ts'

/** GET /oauth/sign-in/second */
export async function showSecond(
  people: People,
  request: PageRequest,
  problem?: string,
): Promise<PageAnswer> {
  const half = await loadHalfSignedIn(people, request)
  if (half === undefined) return goTo('/oauth/sign-in')
  const held = await people.factors.of(half.account.id)
  if (!held.totp && held.passkeys === 0) return showSetUp(people, request, half, problem)
  const { say } = request
  const offer =
    held.passkeys === 0
      ? undefined
      : await people.passkeys.offerSignIn(request.exchange.origin, half.account.id)
  if (offer !== undefined) await people.visits.keepPending(half.secret, { challenge: offer.challenge })
  const body = html`
${alertBox(problem)}
<p class="lead">${say('second.lead', { name: half.account.displayName })}</p>
${held.totp && codeForm(request, '/oauth/sign-in/totp')}
${held.totp && offer !== undefined && html`<p class="or"><span>${say('signIn.or')}</span></p>`}
${offer !== undefined && passkeyForm(request, '/oauth/sign-in/passkey/check', offer.options, say('second.usePasskey'))}
<p class="quiet">${say('second.lost')}</p>`
  const page = {
    title: say('second.title'),
    body,
    ...(offer === undefined ? {} : { script: 'passkey.js' as const }),
  }
  return showPage(page, problem === undefined ? 200 : 422)
}

async function showSetUp(
  people: People,
  request: PageRequest,
  half: HalfSignedIn,
  problem?: string,
): Promise<PageAnswer> {
  const { say } = request
  const { account, visit } = half
  const known = visit.pendingSecret
  const secret = known === undefined ? newTotpSecret() : people.factors.unsealPending(known)
  const offer = await people.passkeys.offerNew(account, request.exchange.origin)
  await people.visits.keepPending(half.secret, {
    challenge: offer.challenge,
    ...(known === undefined ? { pendingSecret: people.factors.sealPending(secret) } : {}),
  })
  const uri = totpUri(secret, 'Almanac', account.email)
  const body = html`
${alertBox(problem)}
<p class="lead">${say('setUp.lead')}</p>
<section aria-labelledby="passkey-heading">
<h2 id="passkey-heading">${say('setUp.passkey')}</h2>
<p>${say('setUp.passkeyWhat')}</p>
${passkeyForm(request, '/oauth/sign-in/passkey/new', offer.options, say('setUp.makePasskey'), 'create')}
</section>
<section aria-labelledby="app-heading">
<h2 id="app-heading">${say('setUp.app')}</h2>
<ol>
<li>${say('setUp.scan')}
<div class="qr">${buildQrCode(uri, say('setUp.qr'))}</div>
<p class="quiet">${say('setUp.orType')} <code class="secret">${secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code></p></li>
<li>${say('setUp.enter')}
${codeForm(request, '/oauth/sign-in/set-up')}</li>
</ol>
</section>`
  return showPage(
    { title: say('setUp.title'), body, script: 'passkey.js' },
    problem === undefined ? 200 : 422,
  )
}

/** POST /oauth/sign-in/totp */
export async function enterTotp(people: People, request: PageRequest): Promise<PageAnswer> {
  const { say, form: sent, exchange } = request
  const half = await loadHalfSignedIn(people, request)
  if (half === undefined) return goTo('/oauth/sign-in')
  const { account, visit } = half
  const { address, requestId } = exchange
  const wait = await people.failures.wait('totp', account.id)
  if (wait > 0) return showSecond(people, request, say('failure.wait', { minutes: Math.ceil(wait / 60_000) }))
  const code = (sent.get('code') ?? '').replaceAll(/\D/g, '')
  if (code.length === 6 && (await people.factors.checkTotp(account.id, code))) {
    await people.failures.forget('totp', account.id)
    return advanceSignIn(people, request, { factor: 'totp' })
  }
  const failures = await people.failures.count('totp', account.id)
  const failure = 'a code of the authenticator app that does not fit'
  await people.log.record({ deed: 'login', failure, clinic: visit.clinic, account, address, requestId })
  if (failures === freeFailures) {
    await people.log.record({
      deed: 'alert',
      failure: 'many wrong codes',
      clinic: visit.clinic,
      account,
      address,
      requestId,
    })
    tell(
      people,
      account.email,
      say('letter.failuresSubject'),
      say('letter.failures', { name: account.displayName }),
    )
  }
  return showSecond(people, request, say('second.wrong'))
}

/** POST /oauth/sign-in/set-up */
export async function finishSetUp(people: People, request: PageRequest): Promise<PageAnswer> {
  const { say, form: sent, exchange } = request
  const half = await loadHalfSignedIn(people, request)
  const pending = half?.visit.pendingSecret
  if (half === undefined || pending === undefined) return goTo('/oauth/sign-in')
  const { account } = half
  const held = await people.factors.of(account.id)
  // Who has a factor shows it: another one is added from the account's page, by somebody signed in.
  if (held.totp || held.passkeys > 0) return goTo('/oauth/sign-in/second')
  const secret = people.factors.unsealPending(pending)
  const code = (sent.get('code') ?? '').replaceAll(/\D/g, '')
  if (totpStepOf(secret, code, new Date()) === undefined)
    return showSecond(people, request, say('second.wrong'))
  await people.factors.setTotp(account.id, secret)
  if (!(await people.factors.checkTotp(account.id, code))) return goTo('/oauth/sign-in/second')
  const { address, requestId } = exchange
  const description = 'set up an authenticator app'
  await people.log.record({ deed: 'account-changed', account, address, requestId, description })
  tell(
    people,
    account.email,
    say('letter.factorSubject'),
    say('letter.factorApp', { name: account.displayName }),
  )
  return advanceSignIn(people, request, { factor: 'totp' })
}

export function codeForm(request: PageRequest, action: string): Html {
  const { say } = request
  return form(
    request,
    action,
    html`<label for="code">${say('second.code')}</label>
<input id="code" name="code" class="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]*" maxlength="9" required>
<button class="primary">${say('second.continue')}</button>`,
  )
}

/** The script asks the browser for the passkey, fills in what it says and sends the form. */
export function passkeyForm(
  request: PageRequest,
  action: string,
  options: string,
  label: string,
  kind: 'get' | 'create' = 'get',
  extra?: Html,
): Html {
  const { say } = request
  return form(
    request,
    action,
    html`${extra}<input type="hidden" name="answer">
<button class="primary" type="button" data-passkey="${kind}" data-options="${options}" disabled>${label}</button>
<p class="problem" role="status" data-failed="${say('passkey.failed')}" data-unable="${say('passkey.unable')}"></p>
<noscript><p class="hint">${say('passkey.noScript')}</p></noscript>`,
  )
}
