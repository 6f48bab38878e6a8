/** What a browser may do with a page: load its style and script from here, post its forms here, and nothing else. */
export function buildPageHeaders(
  secure: boolean,
  formTargets: readonly string[] = [],
): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    // Browsers hold the redirects after a form to this as well.
    `form-action ${["'self'", ...formTargets.map(sourceOf).filter((source) => source !== undefined)].join(' ')}`,
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Frame-Options': 'DENY',
    'X-Content-Type-Options': 'nosniff',
    // Links in letters hold secrets: no other site gets to see the address.
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), publickey-credentials-get=(self)',
    'Cache-Control': 'no-store',
    ...(secure ? { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' } : {}),
  }
}

/** Of a web address its origin, of an app's own scheme the scheme. */
function sourceOf(target: string): string | undefined {
  const url = URL.parse(target)
  if (url === null) return undefined
  return /^https?:$/.test(url.protocol) ? url.origin : url.protocol
}
