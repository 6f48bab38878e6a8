import type { Invitation } from '../sign-in/invitations.ts'
import { type Invited, invite } from '../sign-in/invite.ts'
import { clinicRoles, isClinicRole, mayInvite } from '../sign-in/roles.ts'
import { nameRole } from './account-page.ts'
import { adminTabs } from './admin-tabs.ts'
import { type Html, html } from './html.ts'
import { formatMoment } from './language.ts'
import { alertBox, noteBox } from './layout.ts'
import { form, goBack, goTo, type PageAnswer, showPage } from './page.ts'
import type { People } from './people.ts'
import { tell } from './sign-in-letter.ts'
import type { ClinicRequest } from './signed-in.ts'

interface Asked {
  readonly problem?: string
  /** Shown this once. */
  readonly paper?: string
}

/** GET /oauth/admin/{clinic}/invitations */
export async function showInvitations(
  people: People,
  request: ClinicRequest,
  asked: Asked = {},
): Promise<PageAnswer> {
  const { say, clinic, account, query, form: sent } = request
  const action = `/oauth/admin/${clinic}/invitations`
  const roles = clinicRoles.filter((role) => mayInvite(account, clinic, role))
  const list = await people.invitations.ofClinic(clinic)
  const chosen = sent.get('role') ?? 'patient'
  const body = html`${await adminTabs(people, request, 'invitations')}
${alertBox(asked.problem)}${noteBox(query.get('done') === 'sent' ? say('invite.sent') : undefined)}
${
  asked.paper !== undefined &&
  html`<div class="note" role="status"><p>${say('invite.paper')}</p><p><code class="secret paper">${asked.paper}</code></p></div>`
}
<h2>${say('invite.new')}</h2>
${form(
  request,
  action,
  html`<label for="role">${say('invite.role')}</label>
<select id="role" name="role">${roles.map(
    (role) =>
      html`<option value="${role}"${role === chosen && html` selected`}>${nameRole(request, role)}</option>`,
  )}</select>
<label for="reference">${say('invite.reference')}</label>
<input id="reference" name="reference" maxlength="100" autocomplete="off" value="${sent.get('reference') ?? undefined}" aria-describedby="reference-hint">
<p class="hint" id="reference-hint">${say('invite.referenceHint')}</p>
<label for="name">${say('invite.name')}</label>
<input id="name" name="name" maxlength="100" autocomplete="off" value="${sent.get('name') ?? undefined}">
<label for="email">${say('signIn.email')}</label>
<input id="email" name="email" type="email" maxlength="254" autocomplete="off" value="${sent.get('email') ?? undefined}" aria-describedby="email-hint">
<p class="hint" id="email-hint">${say('invite.emailHint')}</p>
<button class="primary">${say('invite.send')}</button>`,
)}
<h2>${say('invite.list')}</h2>
${list.length === 0 && html`<p class="quiet">${say('invite.none')}</p>`}
<ul class="items">${list.map((one) => showOne(request, one))}</ul>`
  return showPage(
    { title: say('admin.invitations'), body, wide: true },
    asked.problem === undefined ? 200 : 422,
  )
}

function showOne(request: ClinicRequest, one: Invitation): Html {
  const { say, clinic } = request
  const open = one.accepted === undefined && one.expires > new Date()
  const state =
    one.accepted !== undefined
      ? say('invite.accepted', { date: formatMoment(request, one.accepted) })
      : open
        ? say('invite.open', { date: formatMoment(request, one.expires) })
        : say('invite.expired')
  return html`<li><div><strong>${one.email ?? say('invite.onPaper')}</strong> <span class="tag">${one.roles.map((role) => nameRole(request, role)).join(', ')}</span>
<p class="quiet">${one.fhirUser !== undefined && `${one.fhirUser}. `}${state}</p></div>
${open && form(request, `/oauth/admin/${clinic}/invitations/withdraw`, html`<input type="hidden" name="id" value="${one.id}"><button class="small danger">${say('invite.withdraw')}</button>`)}</li>`
}

/** POST /oauth/admin/{clinic}/invitations */
export async function sendInvitation(people: People, request: ClinicRequest): Promise<PageAnswer> {
  const { say, clinic, account, form: sent, exchange } = request
  const given = (name: string): string | undefined => (sent.get(name) ?? '').trim() || undefined
  const role = sent.get('role') ?? ''
  if (!isClinicRole(role) || !mayInvite(account, clinic, role)) {
    return showInvitations(people, request, { problem: say('invite.problem.role') })
  }
  const email = given('email')
  const reference = given('reference')
  const displayName = given('name')
  const invited: Invited = await invite(people.database, people.invitations, {
    clinic,
    role,
    reference,
    email,
    displayName,
    invitedBy: account.id,
  })
  if (typeof invited === 'string') {
    return showInvitations(people, request, { problem: say(`invite.problem.${invited}`) })
  }
  const { address, requestId } = exchange
  await people.log.record({
    deed: 'roles-changed',
    clinic,
    account,
    address,
    requestId,
    description: `invited somebody as ${role}`,
    about: reference === undefined ? { id: invited.id } : { reference },
  })
  if (email === undefined)
    return showInvitations(people, { ...request, form: new URLSearchParams() }, { paper: invited.secret })
  const link = `${exchange.origin}/oauth/invitation?secret=${invited.secret}`
  const name = await people.nameOfClinic(clinic)
  tell(
    people,
    email,
    say('letter.invitationSubject', { clinic: name }),
    say('letter.invitation', { clinic: name, link, name: displayName ?? '' }),
  )
  return goBack(`/oauth/admin/${clinic}/invitations`, 'sent')
}

/** POST /oauth/admin/{clinic}/invitations/withdraw */
export async function withdrawInvitation(people: People, request: ClinicRequest): Promise<PageAnswer> {
  const { clinic, account, form: sent, exchange } = request
  const id = sent.get('id') ?? ''
  if (await people.invitations.withdraw(clinic, id)) {
    const { address, requestId } = exchange
    const description = 'withdrew an invitation'
    await people.log.record({
      deed: 'roles-changed',
      clinic,
      account,
      address,
      requestId,
      description,
      about: { id },
    })
  }
  return goTo(`/oauth/admin/${clinic}/invitations`)
}
