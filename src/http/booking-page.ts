import { type Html, html } from '#oauth/pages/html.ts'
import { chooseLanguage } from '#oauth/pages/language.ts'
import words from './booking/words.json' with { type: 'json' }
import type { PublishedTime } from './parts.ts'

/** For people who follow a link of a published slot: the time, or kindly that it is gone. */
export function buildBookingPage(time: PublishedTime | undefined, accepted: string | undefined): string {
  const language = chooseLanguage(accepted)
  const say = words[language]
  const [title, sentence] =
    time === undefined
      ? [say.goneTitle, say.gone]
      : time.isFree
        ? [say.title, say.free]
        : [say.takenTitle, say.taken]
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="/landing/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/landing/landing.css">
</head>
<body>
<main>
<h1>${title}</h1>
<p class="lead">${sentence}</p>
${time && describe(time, language)}
</main>
</body>
</html>
`.text
}

function describe(time: PublishedTime, language: keyof typeof words): Html {
  const say = words[language]
  const { start, end, timeZone, place, isFree, bookAt } = time
  const when = new Intl.DateTimeFormat(language, {
    dateStyle: 'full',
    timeStyle: 'short',
    timeZone,
  }).formatRange(start, end)
  const { line, postalCode, city, state } = place.address
  const furtherLines = [...line, `${postalCode} ${city}, ${state}`].map((one) => html`<br>${one}`)
  const number = place.phone.replaceAll(/[^\d+]/g, '')
  return html`<dl>
<dt>${say.when}</dt><dd><time datetime="${start.toISOString()}">${when}</time></dd>
<dt>${say.where}</dt><dd>${place.name}${furtherLines}</dd>
</dl>
${isFree && html`<p>${say.how}</p>`}
<p>${isFree && bookAt && html`<a href="${bookAt}">${say.book}</a> · `}<a href="tel:${number}">${say.call.replace('{phone}', place.phone)}</a></p>`
}
