import type { WebRoad } from '../web-exchange.ts'
import { type Html, html } from './html.ts'
import { formatMoment, sayIn } from './language.ts'
import { buildDocument } from './layout.ts'
import { buildPageHeaders } from './page-headers.ts'

interface ShownLetter {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly sent: Date
}

/** /dev/mail: what a demo server would have sent. It is not there where there are real people. */
export function createDevMailRoad(
  letters: () => readonly ShownLetter[],
  code: () => string,
  timeZone: string,
): WebRoad {
  return async ({ req, res, path, query, origin }) => {
    if (path !== '/dev/mail' || (req.method !== 'GET' && req.method !== 'HEAD')) return false
    const body = html`<p class="lead">This server is a demonstration: its letters go nowhere but here.</p>
<p>The authenticator app of its staff shows <code class="secret">${code()}</code>. Each code is good once for each of them.</p>
${letters().length === 0 && html`<p role="status">No letter yet.</p>`}
${letters().map((letter) => showLetter(letter, timeZone))}`
    for (const [name, value] of Object.entries(buildPageHeaders(origin.startsWith('https:'))))
      res.setHeader(name, value)
    res.setHeader('Content-Type', 'text/html; charset=utf-8')
    const around = { language: 'en', say: sayIn('en'), path, query } as const
    res.end(req.method === 'HEAD' ? '' : buildDocument({ title: 'Outbox', body, wide: true }, around))
    return true
  }
}

function showLetter({ to, subject, text, sent }: ShownLetter, timeZone: string): Html {
  return html`<article>
<h2>${subject}</h2>
<p class="quiet">To ${to}, <time datetime="${sent.toISOString()}">${formatMoment({ language: 'en', timeZone }, sent)}</time></p>
<pre>${linked(text)}</pre>
</article>`
}

function linked(text: string): Html {
  return html`${text
    .split(/(https?:\/\/[^\s]+)/)
    .map((part, at) => (at % 2 === 1 ? html`<a href="${part}">${part}</a>` : part))}`
}
