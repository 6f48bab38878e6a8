import { needsSecondFactor } from '../sign-in/roles.ts'
import { type Html, html } from './html.ts'
import { formatMoment } from './language.ts'
import { form } from './page.ts'
import type { People } from './people.ts'
import type { PersonRequest } from './signed-in.ts'

/** The part of the account's page that says how its owner signs in. */
export async function signInWays(people: People, request: PersonRequest): Promise<Html> {
  const { say, account } = request
  const [passkeys, held, passwords] = await Promise.all([
    people.passkeys.ofAccount(account.id),
    people.factors.of(account.id),
    people.clinics.passwordsFor(account),
  ])
  const remove = (what: string, id: string, label: string) =>
    form(
      request,
      '/oauth/account/remove',
      html`<input type="hidden" name="what" value="${what}"><input type="hidden" name="id" value="${id}"><button class="small danger" aria-label="${say('ways.removeNamed', { name: label })}">${say('ways.remove')}</button>`,
    )
  // Staff keep at least one: else whoever reads their mail could set up the next.
  const spare = !needsSecondFactor(account) || passkeys.length + (held.totp ? 1 : 0) > 1
  return html`<h2>${say('ways.title')}</h2>
<ul class="items">
<li><div><strong>${say('ways.mail')}</strong><p class="quiet">${account.email}</p></div></li>
${passkeys.map(
  ({ id, name, created, used }) =>
    html`<li><div><strong>${say('ways.passkey')}</strong> ${name}
<p class="quiet">${say('ways.made', { date: formatMoment(request, created) })}${used !== undefined && ` ${say('ways.used', { date: formatMoment(request, used) })}`}</p></div>
${spare && remove('passkey', id, name)}</li>`,
)}
${held.totp && html`<li><div><strong>${say('ways.app')}</strong></div>${spare && remove('totp', 'totp', say('ways.app'))}</li>`}
${held.password && html`<li><div><strong>${say('ways.password')}</strong></div>${remove('password', 'password', say('ways.password'))}</li>`}
</ul>
<div class="buttons"><a class="button" href="/oauth/account/passkey">${say('ways.addPasskey')}</a>
${!held.totp && html`<a class="button" href="/oauth/account/totp">${say('ways.addApp')}</a>`}
${passwords && html`<a class="button" href="/oauth/account/password">${held.password ? say('ways.changePassword') : say('ways.addPassword')}</a>`}</div>`
}
