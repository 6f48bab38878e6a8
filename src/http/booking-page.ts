import { chooseLanguage } from '#oauth/pages/language.ts'
import words from './booking/words.json' with { type: 'json' }
import { escapeHtml } from './escape-html.ts'
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
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="/landing/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/landing/landing.css">
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(sentence)}</p>
${time === undefined ? '' : describe(time, language)}
</main>
</body>
</html>
`
}

function describe(time: PublishedTime, language: keyof typeof words): string {
  const say = words[language]
  const { start, end, timeZone, place, isFree, bookAt } = time
  const when = new Intl.DateTimeFormat(language, {
    dateStyle: 'full',
    timeStyle: 'short',
    timeZone,
  }).formatRange(start, end)
  const { line, postalCode, city, state } = place.address
  const address = [place.name, ...line, `${postalCode} ${city}, ${state}`].map(escapeHtml).join('<br>')
  const call = `<a href="tel:${escapeHtml(place.phone.replaceAll(/[^\d+]/g, ''))}">${escapeHtml(say.call.replace('{phone}', place.phone))}</a>`
  const book =
    isFree && bookAt !== undefined ? `<a href="${escapeHtml(bookAt)}">${escapeHtml(say.book)}</a>` : undefined
  return `<dl>
<dt>${escapeHtml(say.when)}</dt><dd><time datetime="${start.toISOString()}">${escapeHtml(when)}</time></dd>
<dt>${escapeHtml(say.where)}</dt><dd>${address}</dd>
</dl>
${isFree ? `<p>${escapeHtml(say.how)}</p>` : ''}
<p>${[book, call].filter(Boolean).join(' · ')}</p>`
}
