import { Refusal } from '#fhir/refusal.ts'

/** The token of an Authorization header; undefined: there is none. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : /^bearer +(\S+) *$/i.exec(authorization)?.[1]
}

/** RFC 6750 3.1: a request without any token is told the scheme and no error. */
export function missingToken(): Refusal {
  return new Refusal('login', 'Send an access token: "Authorization: Bearer …".', {
    headers: { 'WWW-Authenticate': 'Bearer realm="almanac"' },
  })
}

export function invalidToken(reason: string, cause?: unknown): Refusal {
  return new Refusal('login', `The access token is not accepted: ${reason}. Get a new one.`, {
    headers: {
      'WWW-Authenticate': `Bearer realm="almanac", error="invalid_token", error_description="${reason}"`,
    },
    cause,
  })
}
