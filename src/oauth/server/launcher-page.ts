import { type Html, html } from '../pages/html.ts'

export interface Choice {
  readonly value: string
  readonly label: string
}

export interface LauncherChoices {
  readonly apps: readonly Choice[]
  readonly users: readonly Choice[]
  readonly patients: readonly Choice[]
}

/** A stand-in for an EHR's screen: whoever is chosen opens the app for the patient at hand. */
export function buildLauncherPage({ apps, users, patients }: LauncherChoices): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Open an app · Almanac</title><link rel="stylesheet" href="/oauth/assets/pages.css"></head>
<body><main id="main"><h1>Open an app</h1>
<p>The demo plays the EHR: it signs you in as whom you choose and opens the app for the patient.</p>
${
  apps.length === 0
    ? html`<p>No app with a launch address is registered yet.</p>`
    : html`<form method="post" action="/oauth/launcher">
${pick('client_id', 'App', apps)}
${pick('account', 'As', users)}
${pick('patient', 'For the patient', patients)}
<p><button class="primary">Open</button></p></form>`
}
</main></body></html>`.text
}

function pick(name: string, label: string, choices: readonly Choice[]): Html {
  const options = choices.map((choice) => html`<option value="${choice.value}">${choice.label}</option>`)
  return html`<p><label for="${name}">${label}</label><select id="${name}" name="${name}" required>${options}</select></p>`
}
