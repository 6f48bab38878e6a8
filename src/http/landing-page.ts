import { html } from '#oauth/pages/html.ts'

/** What the page says; src/http/landing/words.json holds it. */
export interface LandingWords {
  readonly title: string
  readonly lead: string
  readonly state: string
  readonly tryHeading: string
  readonly commands: readonly { readonly label: string; readonly text: string }[]
  readonly lookHeading: string
  readonly links: readonly { readonly href: string; readonly label: string; readonly text: string }[]
  readonly note: string
  readonly copy: string
  readonly copied: string
  readonly notCopied: string
}

export interface LandingPlace {
  readonly origin: string
  /** Of the clinic `main`. */
  readonly base: string
  readonly version: string
}

/** Whole without a script, one column, read from top to bottom by eye or by ear. */
export function buildLandingPage(words: LandingWords, place: LandingPlace): string {
  const text = (template: string) => fill(template, place)
  const commands = words.commands.map(
    ({ label, text: command }) =>
      html`<figure><figcaption>${text(label)}</figcaption><pre tabindex="0" role="group" aria-label="${text(label)}"><code>${text(command)}</code></pre></figure>
`,
  )
  const links = words.links.map(
    ({ href, label, text: about }) => html`<li><a href="${text(href)}">${text(label)}</a>: ${text(about)}</li>
`,
  )
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(words.title)}</title>
<meta name="description" content="${text(words.lead)}">
<link rel="icon" href="/landing/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/landing/landing.css">
<script src="/landing/landing.js" type="module"></script>
</head>
<body>
<main>
<h1>${text(words.title)}</h1>
<p class="lead">${text(words.lead)}</p>
<p class="quiet">${text(words.state)}</p>
<h2>${text(words.tryHeading)}</h2>
${commands}<p role="status" data-copy="${text(words.copy)}" data-copied="${text(words.copied)}" data-not-copied="${text(words.notCopied)}"></p>
<h2>${text(words.lookHeading)}</h2>
<ul>
${links}</ul>
<p class="quiet">${text(words.note)}</p>
</main>
</body>
</html>
`.text
}

/** For programs: the same addresses, without the sentences. */
export function buildLandingLinks({ origin, base, version }: LandingPlace): string {
  return JSON.stringify({
    name: 'Almanac',
    version,
    fhirVersion: '4.0.1',
    links: {
      fhir: base,
      metadata: `${base}/metadata`,
      openapi: `${origin}/openapi.json`,
      smartConfiguration: `${base}/.well-known/smart-configuration`,
      keys: `${origin}/.well-known/jwks.json`,
      health: `${origin}/health`,
      ready: `${origin}/ready`,
      docs: `${origin}/docs/api/README.md`,
    },
  })
}

function fill(template: string, { origin, base, version }: LandingPlace): string {
  return template.replaceAll('{origin}', origin).replaceAll('{base}', base).replaceAll('{version}', version)
}
