import { Refusal } from '#fhir/refusal.ts'
import { endEverything, endOtherSession, revokeApp, showAccount, signOut } from './account-page.ts'
import { addApp, changeApp, showApps } from './admin-apps.ts'
import { decideClaim, showClaims } from './admin-claims.ts'
import { sendInvitation, showInvitations, withdrawInvitation } from './admin-invitations.ts'
import { changeMember, showPeople } from './admin-people.ts'
import { saveSettings, showSettings } from './admin-settings.ts'
import { goToAdmin } from './admin-tabs.ts'
import { claimRecord, connectByCode, showConnect } from './connect-page.ts'
import { answerInteraction, showInteraction } from './interaction-page.ts'
import { acceptInvitation, showInvitation } from './invitation-page.ts'
import { enterCode, openLink, showCheckMail, showLink } from './mail-pages.ts'
import type { PageAnswer, PageRequest } from './page.ts'
import { checkPasskey, setUpPasskey, showPasskey, startPasskey } from './passkey-pages.ts'
import { signInByPassword } from './password-page.ts'
import type { People } from './people.ts'
import { register, showRegister } from './register-page.ts'
import type { Route } from './route.ts'
import { enterTotp, finishSetUp, showSecond } from './second-factor-pages.ts'
import { askForLink, showSignIn } from './sign-in-page.ts'
import { clinicPage, person } from './signed-in.ts'
import {
  addPasskey,
  addTotp,
  removeWay,
  setPassword,
  showNewPasskey,
  showNewTotp,
  showPassword,
} from './ways-pages.ts'

type Answer = (people: People, request: PageRequest) => Promise<PageAnswer>

const fresh = { fresh: true }
const desk = { desk: true }

/** All pages there are, and all forms. */
export const routes: readonly Route[] = [
  page('GET', /^\/oauth\/interaction\/[\w-]+$/, showInteraction),
  page('POST', /^\/oauth\/interaction\/[\w-]+$/, answerInteraction),
  page('GET', /^\/oauth\/sign-in$/, showSignIn),
  page('POST', /^\/oauth\/sign-in$/, askForLink),
  page('GET', /^\/oauth\/sign-in\/mail$/, showCheckMail),
  page('POST', /^\/oauth\/sign-in\/code$/, enterCode),
  page('GET', /^\/oauth\/sign-in\/link$/, showLink),
  page('POST', /^\/oauth\/sign-in\/link$/, openLink),
  page('GET', /^\/oauth\/sign-in\/second$/, showSecond),
  page('POST', /^\/oauth\/sign-in\/totp$/, enterTotp),
  page('POST', /^\/oauth\/sign-in\/set-up$/, finishSetUp),
  page('GET', /^\/oauth\/sign-in\/passkey$/, showPasskey),
  page('POST', /^\/oauth\/sign-in\/passkey$/, startPasskey),
  page('POST', /^\/oauth\/sign-in\/passkey\/check$/, checkPasskey),
  page('POST', /^\/oauth\/sign-in\/passkey\/new$/, setUpPasskey),
  page('POST', /^\/oauth\/sign-in\/password$/, signInByPassword),
  page('GET', /^\/oauth\/sign-in\/register$/, showRegister),
  page('POST', /^\/oauth\/sign-in\/register$/, register),
  page('GET', /^\/oauth\/invitation$/, showInvitation),
  page('POST', /^\/oauth\/invitation$/, acceptInvitation),
  person('GET', /^\/oauth\/account$/, showAccount),
  person('POST', /^\/oauth\/account\/revoke$/, revokeApp),
  person('POST', /^\/oauth\/account\/end-session$/, endOtherSession),
  person('POST', /^\/oauth\/account\/end-all$/, endEverything),
  person('POST', /^\/oauth\/account\/sign-out$/, signOut),
  person('GET', /^\/oauth\/account\/passkey$/, showNewPasskey, fresh),
  person('POST', /^\/oauth\/account\/passkey$/, addPasskey, fresh),
  person('GET', /^\/oauth\/account\/totp$/, showNewTotp, fresh),
  person('POST', /^\/oauth\/account\/totp$/, addTotp, fresh),
  person('GET', /^\/oauth\/account\/password$/, showPassword, fresh),
  person('POST', /^\/oauth\/account\/password$/, setPassword, fresh),
  person('POST', /^\/oauth\/account\/remove$/, removeWay, fresh),
  person('GET', /^\/oauth\/account\/connect$/, showConnect),
  person('POST', /^\/oauth\/account\/connect-code$/, connectByCode),
  person('POST', /^\/oauth\/account\/claim$/, claimRecord),
  person('GET', /^\/oauth\/admin$/, goToAdmin),
  clinicPage('GET', /^\/oauth\/admin\/([\w-]+)\/invitations$/, showInvitations, desk),
  clinicPage('POST', /^\/oauth\/admin\/([\w-]+)\/invitations$/, sendInvitation, desk),
  clinicPage('POST', /^\/oauth\/admin\/([\w-]+)\/invitations\/withdraw$/, withdrawInvitation, desk),
  clinicPage('GET', /^\/oauth\/admin\/([\w-]+)\/claims$/, showClaims, desk),
  clinicPage('POST', /^\/oauth\/admin\/([\w-]+)\/claims$/, decideClaim, desk),
  clinicPage('GET', /^\/oauth\/admin\/([\w-]+)\/people$/, showPeople),
  clinicPage('POST', /^\/oauth\/admin\/([\w-]+)\/people$/, changeMember),
  clinicPage('GET', /^\/oauth\/admin\/([\w-]+)\/apps$/, showApps),
  clinicPage('POST', /^\/oauth\/admin\/([\w-]+)\/apps$/, addApp),
  clinicPage('POST', /^\/oauth\/admin\/([\w-]+)\/apps\/change$/, changeApp),
  clinicPage('GET', /^\/oauth\/admin\/([\w-]+)\/settings$/, showSettings),
  clinicPage('POST', /^\/oauth\/admin\/([\w-]+)\/settings$/, saveSettings),
]

/** The rest of /oauth is the protocol's. */
export function ownPath(path: string): boolean {
  return /^\/oauth\/(interaction|sign-in|invitation|account|admin|assets)(\/|$)/.test(path)
}

export function findRoute(
  method: string,
  path: string,
): { readonly route: Route; readonly parameters: readonly string[] } {
  const fitting = routes.filter((route) => route.path.test(path))
  const route = fitting.find((one) => one.method === method)
  if (route !== undefined) return { route, parameters: route.path.exec(path)?.slice(1) ?? [] }
  if (fitting.length === 0) throw new Refusal('not-found', 'No page has this address.')
  const allowed = fitting.flatMap((one) => (one.method === 'GET' ? ['GET', 'HEAD'] : [one.method]))
  throw new Refusal('method-not-allowed', 'This page is not asked that way.', {
    headers: { Allow: allowed.join(', ') },
  })
}

function page(method: 'GET' | 'POST', path: RegExp, answer: Answer): Route {
  return { method, path, signedIn: false, answer: (people, request) => answer(people, request) }
}
