import { type Account, membershipOf } from '../account.ts'
import type { PendingInteraction } from '../interaction.ts'
import type { PatientChoice } from '../sign-in/patient-choices.ts'
import { needsSecondFactor } from '../sign-in/roles.ts'
import { showConsent } from './consent-page.ts'
import { narrowScopes, readAskedScopes } from './consent-scopes.ts'
import { html } from './html.ts'
import { form, goTo, type PageAnswer, type PageRequest, showPage } from './page.ts'
import { showPatientPicker } from './patient-picker.ts'
import type { People } from './people.ts'
import { askWhoItIs } from './sign-in-page.ts'
import { buildSignIn } from './sign-in-steps.ts'

/** GET /oauth/interaction/{uid}: whatever the authorization request still waits for. */
export async function showInteraction(people: People, request: PageRequest): Promise<PageAnswer> {
  const { exchange, visit: secret, path } = request
  const pending = await people.interactions.load(exchange)
  if (pending.prompt === 'login') {
    const visit = secret === undefined ? undefined : await people.visits.take(secret, path)
    if (visit?.account !== undefined) {
      const next = await people.interactions.finishSignIn(exchange, buildSignIn(visit.account, visit.factors))
      return goTo(next, null)
    }
    return askWhoItIs(people, request, {
      start: { continues: path, clinic: pending.tenant },
      app: pending.app.name,
      formTargets: [pending.redirectUri],
      ...(pending.loginHint === undefined ? {} : { email: pending.loginHint }),
    })
  }
  const account = pending.accountId === undefined ? undefined : await people.accounts.find(pending.accountId)
  if (account === undefined || membershipOf(account, pending.tenant) === undefined) {
    return showStranger(request, pending, account)
  }
  if (await owesFactor(people, request, account)) return showOwing(request, pending)
  const wanted = pending.patient ?? request.query.get('patient') ?? undefined
  const patient = wanted === undefined ? undefined : await describe(people, account, pending, wanted)
  if (pending.needsPatient && patient === undefined)
    return showPatientPicker(people, request, pending, account)
  return showConsent(request, { pending, account, ...(patient === undefined ? {} : { patient }) })
}

/** POST /oauth/interaction/{uid} */
export async function answerInteraction(people: People, request: PageRequest): Promise<PageAnswer> {
  const { exchange, form: sent, say } = request
  const pending = await people.interactions.load(exchange)
  const { accountId, tenant, app } = pending
  const account = accountId === undefined ? undefined : await people.accounts.find(accountId)
  const { address, requestId } = exchange
  const entry = {
    deed: 'consent',
    clinic: tenant,
    account,
    clientId: app.clientId,
    address,
    requestId,
  } as const
  if (sent.get('answer') !== 'allow') {
    await people.log.record({ ...entry, failure: 'not agreed' })
    return goTo(await people.interactions.deny(exchange))
  }
  if (account === undefined || membershipOf(account, tenant) === undefined)
    return showStranger(request, pending, account)
  if (await owesFactor(people, request, account)) return showOwing(request, pending)
  const wanted = pending.needsPatient ? (sent.get('patient') ?? '') : undefined
  const patient = wanted === undefined ? undefined : await people.patients.choose(account, tenant, wanted)
  if (wanted !== undefined && patient === undefined)
    return showPatientPicker(people, request, pending, account)
  const scopes = narrowScopes(readAskedScopes(pending.scopes), sent)
  const shown =
    patient ??
    (pending.patient === undefined ? undefined : await describe(people, account, pending, pending.patient))
  if (
    !scopes.some((scope) => scope.includes('/') && !scope.startsWith('launch/')) &&
    readAskedScopes(pending.scopes).records.length > 0
  ) {
    return showConsent(request, {
      pending,
      account,
      problem: say('consent.nothing'),
      ...(shown === undefined ? {} : { patient: shown }),
    })
  }
  const next = await people.interactions.finishConsent(exchange, {
    scopes,
    ...(patient === undefined ? {} : { patient: patient.id }),
  })
  await people.log.record({
    ...entry,
    details: { scope: scopes.join(' ') },
    ...(shown === undefined ? {} : { patient: shown.id }),
  })
  return goTo(next)
}

/** Of a launch the patient is given: shown to who may see them, by id to others. */
async function describe(
  people: People,
  account: Account,
  { tenant, patient: given }: PendingInteraction,
  id: string,
): Promise<PatientChoice | undefined> {
  const known = await people.patients.choose(account, tenant, id)
  return known ?? (given === id ? { id, name: `Patient/${id}`, own: false } : undefined)
}

/** Signed in with one factor, before becoming somebody who shows two. */
async function owesFactor(people: People, { exchange }: PageRequest, account: Account): Promise<boolean> {
  if (!needsSecondFactor(account)) return false
  return (await people.sessions.current(exchange))?.acr !== 'urn:almanac:acr:2'
}

function showOwing(request: PageRequest, { app, redirectUri }: PendingInteraction): PageAnswer {
  const { say } = request
  const body = html`<p class="lead">${say('owing.lead', { app: app.name })}</p>
<p><a class="button" href="/oauth/account">${say('owing.again')}</a></p>`
  return showPage({ title: say('second.title'), body, formTargets: [redirectUri] }, 403)
}

/** Signed in, but nobody at this clinic. */
function showStranger(
  request: PageRequest,
  pending: PendingInteraction,
  account: Account | undefined,
): PageAnswer {
  const { say } = request
  const body = html`<p class="lead">${say('stranger.lead', { email: account?.email ?? '' })}</p>
<p>${say('stranger.what')}</p>
<p><a class="button" href="/oauth/account/connect">${say('stranger.connect')}</a></p>
${form(request, request.path, html`<button name="answer" value="deny">${say('stranger.cancel', { app: pending.app.name })}</button>`)}`
  return showPage({ title: say('stranger.title'), body, formTargets: [pending.redirectUri] }, 403)
}
