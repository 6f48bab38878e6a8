import { Refusal } from '#fhir/refusal.ts'
import type { BrowserSession } from '../interaction.ts'
import { answerInteraction, showInteraction } from './interaction-page.ts'
import { enterCode, openLink, showCheckMail, showLink } from './mail-pages.ts'
import type { PageAnswer, PageRequest } from './page.ts'
import { checkPasskey, setUpPasskey, showPasskey, startPasskey } from './passkey-pages.ts'
import { signInByPassword } from './password-page.ts'
import type { People } from './people.ts'
import { register, showRegister } from './register-page.ts'
import { enterTotp, finishSetUp, showSecond } from './second-factor-pages.ts'
import { askForLink, showSignIn } from './sign-in-page.ts'

export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: RegExp
  /** Its forms are of the session, and it is told who is signed in. */
  readonly signedIn: boolean
  readonly answer: (
    people: People,
    request: PageRequest,
    session: BrowserSession | undefined,
  ) => Promise<PageAnswer>
}

type Answer = (people: People, request: PageRequest) => Promise<PageAnswer>

const routes: readonly Route[] = [
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
