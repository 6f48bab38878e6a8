import type { WebExchange } from '../web-exchange.ts'
import { type Html, html } from './html.ts'
import type { Language, Say } from './language.ts'

/** One visit to a page, read and checked: a page never sees a form whose token does not fit. */
export interface PageRequest {
  readonly exchange: WebExchange
  readonly path: string
  /** What the path's pattern held. */
  readonly parameters: readonly string[]
  readonly query: URLSearchParams
  /** Empty unless it was posted. */
  readonly form: URLSearchParams
  /** Of the attempt to sign in, from its cookie. */
  readonly visit: string | undefined
  readonly language: Language
  readonly say: Say
  /** What a form of this page must bring back. */
  readonly formToken: string
}

export interface PageAnswer {
  readonly status: number
  readonly location?: string
  readonly page?: Page
  /** Undefined: as it is; null: none any more. */
  readonly visit?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

export interface Page {
  readonly title: string
  readonly body: Html
  /** Beside this server: where a form of the page may lead in the end. */
  readonly formTargets?: readonly string[]
  /** Of the parts that need room: tables. */
  readonly wide?: boolean
  readonly script?: 'passkey.js'
  /** Shown above, for whoever is signed in. */
  readonly nav?: Html
}

export function showPage(page: Page, status = 200): PageAnswer {
  return { status, page }
}

/** After a form: the address that shows what came of it, so that reloading does not send it again. */
export function goTo(location: string, visit?: string | null): PageAnswer {
  return { status: 303, location, ...(visit === undefined ? {} : { visit }) }
}

/** Every form goes through here, so none is without its token. */
export function form(request: PageRequest, action: string, body: Html, id?: string): Html {
  return html`<form method="post" action="${action}"${id === undefined ? '' : html` id="${id}"`}>
<input type="hidden" name="form_token" value="${request.formToken}">
${body}
</form>`
}

/** What came of a form, said at the page that it leads to. */
export function goBack(location: string, done: string): PageAnswer {
  return goTo(`${location}?${new URLSearchParams({ done })}`)
}
