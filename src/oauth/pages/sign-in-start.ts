import { type Html, html } from './html.ts'
import type { People } from './people.ts'

/** Why somebody signs in: where they were going, and at which clinic. */
export interface SignInStart {
  readonly continues: string
  readonly clinic?: string
}

/** Paths of this server's own pages: a sign-in never ends at an address that a link brought along. */
const ownPages =
  /^\/oauth\/(interaction\/[\w-]{10,64}|account(\/[a-z]+)?|admin(\/[a-z0-9/-]*)?|invitation\?secret=[\w-]{1,64})$/

export function readStart(people: People, sent: URLSearchParams): SignInStart {
  const go = sent.get('go') ?? ''
  const clinic = sent.get('clinic') ?? ''
  return {
    continues: ownPages.test(go) ? go : '/oauth/account',
    ...(people.isClinic(clinic) ? { clinic } : {}),
  }
}

export function startFields({ continues, clinic }: SignInStart): Html {
  return html`<input type="hidden" name="go" value="${continues}">${
    clinic !== undefined && html`<input type="hidden" name="clinic" value="${clinic}">`
  }`
}

export function signInPath({ continues, clinic }: SignInStart): string {
  return `/oauth/sign-in?${new URLSearchParams({ go: continues, ...(clinic === undefined ? {} : { clinic }) })}`
}
