import { isAdminOf, mayInvite } from '../sign-in/roles.ts'
import { type Html, html } from './html.ts'
import { goTo, type PageAnswer } from './page.ts'
import type { People } from './people.ts'
import type { ClinicRequest, PersonRequest } from './signed-in.ts'

const tabs = ['invitations', 'claims', 'people', 'apps', 'settings'] as const
const ofDesk: ReadonlySet<string> = new Set(['invitations', 'claims'])

export type AdminTab = (typeof tabs)[number]

export async function adminTabs(people: People, request: ClinicRequest, current: AdminTab): Promise<Html> {
  const { say, clinic, account } = request
  const shown = tabs.filter((tab) => ofDesk.has(tab) || isAdminOf(account, clinic))
  return html`<p class="lead">${await people.nameOfClinic(clinic)}</p>
<nav class="tabs" aria-label="${say('admin.tabs')}">${shown.map(
    (tab) =>
      html`<a href="${`/oauth/admin/${clinic}/${tab}`}"${tab === current && html` aria-current="page"`}>${say(`admin.${tab}`)}</a> `,
  )}</nav>`
}

/** GET /oauth/admin: the first clinic where somebody has a say. */
export async function goToAdmin(people: People, { account }: PersonRequest): Promise<PageAnswer> {
  const clinic = people.clinicNames.find((name) => mayInvite(account, name, 'patient'))
  return goTo(clinic === undefined ? '/oauth/account' : `/oauth/admin/${clinic}/invitations`)
}
