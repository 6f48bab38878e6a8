import type { Refusal } from '#fhir/refusal.ts'
import { html } from './html.ts'
import type { Say } from './language.ts'
import { type PageAnswer, showPage } from './page.ts'

/** In the visitor's language: the sentence of a refusal is for those who read the log. */
export function buildErrorPage(say: Say, refusal: Refusal | undefined, requestId: string): PageAnswer {
  const kind = refusal?.kind
  const sentence =
    refusal === undefined
      ? say('error.fault')
      : kind === 'not-found' || kind === 'forbidden'
        ? say(`error.${kind}`)
        : say('error.other')
  const body = html`<p class="lead">${sentence}</p>
<p><a class="button" href="/oauth/account">${say('error.home')}</a></p>
<p class="quiet">${say('error.id', { id: requestId })}</p>`
  const answer = showPage({ title: say('error.title'), body }, refusal?.status ?? 500)
  return refusal === undefined ? answer : { ...answer, headers: refusal.headers }
}
