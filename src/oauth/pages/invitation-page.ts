import { needsSecondFactor } from '../sign-in/roles.ts'
import { nameRole } from './account-page.ts'
import { html } from './html.ts'
import { form, goTo, type PageAnswer, type PageRequest, showPage } from './page.ts'
import type { People } from './people.ts'
import { advanceSignIn } from './sign-in-steps.ts'

/** GET /oauth/invitation?secret=…: looks only. */
export async function showInvitation(people: People, request: PageRequest): Promise<PageAnswer> {
  const { say, query } = request
  const secret = query.get('secret') ?? ''
  const invitation = await people.invitations.find(secret)
  if (invitation?.email === undefined) {
    const body = html`<p class="lead">${say('invitation.gone')}</p>`
    return showPage({ title: say('invitation.goneTitle'), body }, 410)
  }
  const clinic = await people.nameOfClinic(invitation.clinic)
  const roles = invitation.roles.map((role) => nameRole(request, role)).join(', ')
  const body = html`<p class="lead">${say('invitation.lead', { clinic, roles })}</p>
<dl class="facts"><div><dt>${say('signIn.email')}</dt><dd>${invitation.email}</dd></div></dl>
${form(request, '/oauth/invitation', html`<input type="hidden" name="secret" value="${secret}"><button class="primary">${say('invitation.accept')}</button>`)}`
  return showPage({ title: say('invitation.title', { clinic }), body })
}

/** POST /oauth/invitation: who has the letter has the mailbox, so this is a first factor, at this browser. */
export async function acceptInvitation(people: People, request: PageRequest): Promise<PageAnswer> {
  const { form: sent, exchange } = request
  const secret = sent.get('secret') ?? ''
  const invitation = await people.invitations.find(secret)
  if (invitation?.email === undefined) return goTo('/oauth/invitation')
  const { email, clinic, displayName = email } = invitation
  const account = await people.accounts.add({ id: people.newId(), email, displayName })
  const accepted = await people.invitations.accept(secret, account)
  if (accepted === undefined) return goTo('/oauth/invitation')
  const { address, requestId } = exchange
  await people.log.record({
    deed: 'roles-changed',
    clinic,
    account,
    address,
    requestId,
    description: `accepted an invitation: ${accepted.roles.join(', ')}`,
    ...(accepted.fhirUser === undefined ? {} : { about: { reference: accepted.fhirUser } }),
  })
  const member = await people.accounts.find(account.id)
  // Sessions and tokens from before were made with one factor.
  if (member !== undefined && needsSecondFactor(member) && !needsSecondFactor(account))
    await people.grants.revokeAll(account.id)
  const opened = await people.visits.open({ continues: '/oauth/account', clinic, email })
  return advanceSignIn(
    people,
    { ...request, visit: opened.secret },
    {
      factor: 'mail',
      ...(member === undefined ? {} : { account: member }),
    },
  )
}
