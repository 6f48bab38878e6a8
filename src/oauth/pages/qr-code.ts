import { type Html, html } from './html.ts'
import { encodeQr } from './qr-matrix.ts'

/** As a drawing: no picture is loaded, and it is sharp at every size. */
export function buildQrCode(text: string, label: string): Html {
  const rows = encodeQr(new TextEncoder().encode(text))
  const quiet = 4
  const size = rows.length + 2 * quiet
  const path = rows
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + quiet} ${y + quiet}h1v1h-1z` : '')))
    .join('')
  return html`<svg viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}"><rect class="qr-paper" width="${size}" height="${size}"/><path class="qr-ink" d="${path}"/></svg>`
}
