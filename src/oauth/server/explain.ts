/** For a browser that cannot be sent back to its app: what is wrong, and the id under which the log has it. */
export function explain(sentence: string, id: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>This cannot go on · Almanac</title></head>
<body><main><h1>This cannot go on</h1><p>${escapeText(sentence)}</p>
<p>Go back to the app and start again. When it happens again, tell your clinic this number: <code>${escapeText(id)}</code></p>
</main></body></html>`
}

function escapeText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
