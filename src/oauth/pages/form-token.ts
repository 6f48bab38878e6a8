import { Refusal } from '#fhir/refusal.ts'
import { isSame, keyedDigest } from '../sign-in/secrets.ts'
import type { WebExchange } from '../web-exchange.ts'

/** Of this browser, and of who is signed in at it: what another page or a former user had is worth nothing. */
export function buildFormToken(key: Uint8Array, browser: string, session: string | undefined): string {
  return keyedDigest(key, 'form', browser, session ?? '').toString('base64url')
}

/** A form of another site is refused twice: by what the browser says of its origin, and by the token it cannot know. */
export function checkFormToken(
  exchange: WebExchange,
  sent: string | null,
  expected: string | undefined,
): void {
  const { origin, 'sec-fetch-site': site } = exchange.req.headers
  const foreign =
    site !== undefined
      ? site !== 'same-origin' && site !== 'none'
      : origin !== undefined && origin !== exchange.origin
  const fits = expected !== undefined && isSame(Buffer.from(sent ?? ''), Buffer.from(expected))
  if (foreign || !fits) {
    throw new Refusal('forbidden', 'This form is too old, or it came from another site: open the page again.')
  }
}
