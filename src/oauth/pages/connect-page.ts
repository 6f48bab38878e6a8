import { type Html, html } from './html.ts'
import { alertBox } from './layout.ts'
import { form, goBack, type PageAnswer, showPage } from './page.ts'
import type { People } from './people.ts'
import type { PersonRequest } from './signed-in.ts'

const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(text).toString() !== 'Invalid Date'

/** GET /oauth/account/connect: by a code from the clinic, or by saying who one is and waiting for its yes. */
export async function showConnect(
  people: People,
  request: PersonRequest,
  problem?: string,
): Promise<PageAnswer> {
  const { say } = request
  const body = html`${alertBox(problem)}
<p class="lead">${say('connect.lead')}</p>
<section aria-labelledby="code-heading"><h2 id="code-heading">${say('connect.byCode')}</h2>
${form(
  request,
  '/oauth/account/connect-code',
  html`<label for="paper">${say('connect.code')}</label>
<input id="paper" name="code" class="code" autocomplete="off" autocapitalize="characters" required maxlength="20">
<p class="hint">${say('connect.codeHint')}</p>
<label for="code-birth">${say('connect.birthDate')}</label>
<input id="code-birth" name="birthDate" type="date" autocomplete="bday" required>
<button class="primary">${say('connect.useCode')}</button>`,
)}</section>
<section aria-labelledby="claim-heading"><h2 id="claim-heading">${say('connect.byClaim')}</h2>
<p>${say('connect.claimLead')}</p>
${form(
  request,
  '/oauth/account/claim',
  html`${await chooseClinic(people, request)}
<label for="identifier">${say('connect.identifier')}</label>
<input id="identifier" name="identifier" autocomplete="off" required maxlength="64">
<label for="family">${say('connect.family')}</label>
<input id="family" name="family" autocomplete="family-name" required maxlength="100">
<label for="claim-birth">${say('connect.birthDate')}</label>
<input id="claim-birth" name="birthDate" type="date" autocomplete="bday" required>
<button>${say('connect.ask')}</button>`,
)}</section>`
  return showPage({ title: say('connect.title'), body }, problem === undefined ? 200 : 422)
}

async function chooseClinic(people: People, { say }: PersonRequest): Promise<Html> {
  const [only, ...others] = people.clinicNames
  if (others.length === 0) return html`<input type="hidden" name="clinic" value="${only}">`
  const options = await Promise.all(
    people.clinicNames.map(
      async (name) => html`<option value="${name}">${await people.nameOfClinic(name)}</option>`,
    ),
  )
  return html`<label for="clinic">${say('connect.clinic')}</label><select id="clinic" name="clinic">${options}</select>`
}

/** POST /oauth/account/connect-code */
export async function connectByCode(people: People, request: PersonRequest): Promise<PageAnswer> {
  const { say, account, form: sent, exchange } = request
  const { address, requestId } = exchange
  const wait = await people.failures.wait('paper code', account.id)
  if (wait > 0)
    return showConnect(people, request, say('failure.wait', { minutes: Math.ceil(wait / 60_000) }))
  const birthDate = sent.get('birthDate') ?? ''
  const accepted = isDate(birthDate)
    ? await people.invitations.acceptPaper(sent.get('code') ?? '', birthDate, account)
    : undefined
  if (accepted === undefined) {
    await people.failures.count('paper code', account.id)
    await people.log.record({
      deed: 'roles-changed',
      failure: 'a code that does not fit',
      account,
      address,
      requestId,
    })
    return showConnect(people, request, say('connect.wrongCode'))
  }
  await people.log.record({
    deed: 'roles-changed',
    clinic: accepted.clinic,
    account,
    address,
    requestId,
    description: `accepted an invitation on paper: ${accepted.roles.join(', ')}`,
    ...(accepted.fhirUser === undefined ? {} : { about: { reference: accepted.fhirUser } }),
  })
  return goBack('/oauth/account', 'connected')
}

/** POST /oauth/account/claim: the answer is the same whether there is such a patient or not. */
export async function claimRecord(people: People, request: PersonRequest): Promise<PageAnswer> {
  const { say, account, form: sent, exchange } = request
  const clinic = sent.get('clinic') ?? ''
  const identifier = (sent.get('identifier') ?? '').trim()
  const familyName = (sent.get('family') ?? '').trim()
  const birthDate = sent.get('birthDate') ?? ''
  const complete =
    identifier !== '' && familyName !== '' && identifier.length <= 64 && familyName.length <= 100
  if (!complete || !isDate(birthDate) || !people.isClinic(clinic)) {
    return showConnect(people, request, say('connect.incomplete'))
  }
  await people.claims.add(clinic, account.id, { identifier, familyName, birthDate })
  const { address, requestId } = exchange
  const description = 'asked to be connected with a record'
  await people.log.record({ deed: 'account-changed', clinic, account, address, requestId, description })
  return goBack('/oauth/account', 'asked')
}
