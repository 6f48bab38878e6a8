import { Refusal } from '#fhir/refusal.ts'
import type { Account } from '../account.ts'
import { rolesAt } from '../sign-in/roles.ts'
import { nameRole } from './account-page.ts'
import { adminTabs } from './admin-tabs.ts'
import { type Html, html } from './html.ts'
import { noteBox } from './layout.ts'
import { form, goBack, type PageAnswer, showPage } from './page.ts'
import type { People } from './people.ts'
import { tell } from './sign-in-letter.ts'
import type { ClinicRequest } from './signed-in.ts'

const deeds = ['end', 'reset', 'leave'] as const

/** GET /oauth/admin/{clinic}/people */
export async function showPeople(people: People, request: ClinicRequest): Promise<PageAnswer> {
  const { say, clinic, query } = request
  const accounts = await people.accounts.ofClinic(clinic)
  const done = deeds.find((deed) => deed === query.get('done'))
  const body = html`${await adminTabs(people, request, 'people')}
${done !== undefined && noteBox(say(`members.done.${done}`))}
<ul class="items">${await Promise.all(accounts.map(({ account }) => showMember(people, request, account)))}</ul>`
  return showPage({ title: say('admin.people'), body, wide: true })
}

async function showMember(people: People, request: ClinicRequest, account: Account): Promise<Html> {
  const { say, clinic, account: me } = request
  const membership = account.memberships.find(({ tenant }) => tenant === clinic)
  const { totp, passkeys } = await people.factors.of(account.id)
  const button = (deed: (typeof deeds)[number], label: string) =>
    form(
      request,
      `/oauth/admin/${clinic}/people`,
      html`<input type="hidden" name="account" value="${account.id}"><input type="hidden" name="deed" value="${deed}"><button class="small danger" aria-label="${`${label}: ${account.displayName}`}">${label}</button>`,
    )
  return html`<li><div><strong>${account.displayName}</strong> <span class="tag">${rolesAt(account, clinic)
    .map((role) => nameRole(request, role))
    .join(', ')}</span>
<p class="quiet">${account.email}${membership?.fhirUser !== undefined && `, ${membership.fhirUser}`}</p></div>
${
  account.id !== me.id &&
  html`<div class="item-buttons">${button('end', say('members.end'))}
${(totp || passkeys > 0) && isOfClinicAlone(account, clinic) && button('reset', say('members.reset'))}
${button('leave', say('members.leave'))}</div>`
}</li>`
}

/** POST /oauth/admin/{clinic}/people */
export async function changeMember(people: People, request: ClinicRequest): Promise<PageAnswer> {
  const { say, clinic, account: me, form: sent, exchange } = request
  const account = await people.accounts.find(sent.get('account') ?? '')
  const deed = deeds.find((one) => one === sent.get('deed'))
  const member = account?.memberships.some(({ tenant }) => tenant === clinic)
  if (account === undefined || deed === undefined || member !== true || account.id === me.id) {
    throw new Refusal('forbidden', 'Nobody of this clinic has this account.')
  }
  if (deed === 'reset') {
    if (!isOfClinicAlone(account, clinic))
      throw new Refusal('forbidden', 'This account is another clinic’s as well.')
    await people.accounts.forgetFactors(account.id)
    tell(
      people,
      account.email,
      say('letter.factorSubject'),
      say('letter.factorReset', { name: account.displayName }),
    )
  }
  if (deed === 'leave') await people.accounts.leave(account.id, clinic)
  await people.grants.revokeAll(account.id)
  const { address, requestId } = exchange
  const about = { id: account.id }
  const kind = deed === 'leave' ? 'roles-changed' : 'account-changed'
  await people.log.record({
    deed: kind,
    clinic,
    account: me,
    address,
    requestId,
    about,
    description: told[deed],
  })
  return goBack(`/oauth/admin/${clinic}/people`, deed)
}

const told = {
  end: 'signed an account out everywhere',
  reset: 'took away the second factor of an account',
  leave: 'took an account out of the clinic',
} as const

/** One clinic does not unlock an account for another. */
function isOfClinicAlone({ memberships }: Account, clinic: string): boolean {
  return memberships.every(({ tenant }) => tenant === clinic)
}
