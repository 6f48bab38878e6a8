import { type Html, html } from './html.ts'
import { type Language, languages, type Say } from './language.ts'
import type { Page } from './page.ts'

export interface Around {
  readonly language: Language
  readonly say: Say
  /** Where the page is asked for again, in another language; absent: it cannot be. */
  readonly path?: string
  readonly query?: URLSearchParams
}

export function buildDocument(page: Page, { language, say, path, query }: Around): string {
  const others = Object.entries(languages).filter(([name]) => name !== language)
  const switchTo = (path === undefined ? [] : others).map(([name, label]) => {
    const next = new URLSearchParams(query)
    next.set('lang', name)
    return html`<a href="${`${path}?${next}`}" lang="${name}" hreflang="${name}">${label}</a>`
  })
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${page.title} · Almanac</title>
<link rel="icon" href="/oauth/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/oauth/assets/pages.css">
${page.script && html`<script src="/oauth/assets/${page.script}" type="module"></script>`}
</head>
<body>
<a class="skip" href="#main">${say('layout.skip')}</a>
<header>
<img src="/oauth/assets/icon.svg" alt="" width="32" height="32">
<span>Almanac</span>
${page.nav}
</header>
<main id="main"${page.wide && html` class="wide"`}>
<h1>${page.title}</h1>
${page.body}
</main>
<footer>
<p>${say('layout.footer')}</p>
<nav aria-label="${say('layout.language')}">${switchTo}</nav>
</footer>
</body>
</html>
`.text
}

/** Said by screen readers as soon as the page is there. */
export function alertBox(sentence: string | undefined): Html | undefined {
  return sentence === undefined ? undefined : html`<p class="alert" role="alert">${sentence}</p>`
}

export function noteBox(sentence: string | undefined): Html | undefined {
  return sentence === undefined ? undefined : html`<p class="note" role="status">${sentence}</p>`
}
