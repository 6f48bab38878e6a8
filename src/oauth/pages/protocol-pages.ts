import { html } from './html.ts'
import { chooseLanguage, type Say, sayIn } from './language.ts'
import { buildDocument } from './layout.ts'
import type { Page } from './page.ts'

/** Pages that the protocol itself shows: nobody asked for them by name, so they lead nowhere but on. */

/** For a browser that cannot be sent back to its app: what is wrong, and the id under which the log has it. */
export function explain(sentence: string, id: string, accepted?: string): string {
  return buildPage(accepted, (say) => ({
    title: say('stop.title'),
    body: html`<p class="lead">${say('stop.lead')}</p>
<p class="quiet" lang="en">${sentence}</p>
<p class="quiet">${say('error.id', { id })}</p>`,
  }))
}

export interface SignOutAsk {
  readonly action: string
  readonly xsrf: string
  /** Undefined: nobody is signed in at this browser, and there is only the way on. */
  readonly app?: string | undefined
  readonly signedIn: boolean
}

export function askToSignOut({ action, xsrf, app, signedIn }: SignOutAsk, accepted?: string): string {
  return buildPage(accepted, (say) => ({
    title: say('signOut.title'),
    body: html`<p class="lead">${
      !signedIn
        ? say('signOut.nobody')
        : app === undefined
          ? say('signOut.lead')
          : say('signOut.leadOf', { app })
    }</p>
<form method="post" action="${action}">
<input type="hidden" name="xsrf" value="${xsrf}">
<div class="buttons"><button class="primary" name="logout" value="yes">${say(signedIn ? 'signOut.yes' : 'signOut.on')}</button>
${signedIn && html`<a class="button" href="/oauth/account">${say('signOut.stay')}</a>`}</div>
</form>`,
  }))
}

export function tellSignedOut(accepted?: string): string {
  return buildPage(accepted, (say) => ({
    title: say('signOut.done'),
    body: html`<p class="lead">${say('signOut.doneLead')}</p>
<p><a class="button" href="/oauth/sign-in">${say('signOut.again')}</a></p>`,
  }))
}

function buildPage(accepted: string | undefined, page: (say: Say) => Page): string {
  const language = chooseLanguage(accepted)
  const say = sayIn(language)
  return buildDocument(page(say), { language, say })
}
