export type CookieName = 'browser' | 'visit' | 'language'

const bare: Readonly<Record<CookieName, string>> = {
  browser: 'almanac_browser',
  visit: 'almanac_visit',
  language: 'almanac_language',
}

/** `__Host-`: no neighbouring host can plant it. Browsers allow that on https alone. */
const nameOf = (name: CookieName, secure: boolean): string => `${secure ? '__Host-' : ''}${bare[name]}`

export function readCookies(
  header: string | undefined,
  secure: boolean,
): Partial<Record<CookieName, string>> {
  const found: Partial<Record<CookieName, string>> = {}
  for (const pair of (header ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2)
    for (const one of Object.keys(bare) as CookieName[])
      if (name === nameOf(one, secure) && value !== undefined && /^[\w-]{1,100}$/.test(value))
        found[one] ??= value
  }
  return found
}

/** Lax: a link in a letter must find the browser that asked for it. */
export function buildCookie(
  name: CookieName,
  value: string | null,
  secure: boolean,
  seconds?: number,
): string {
  const life = value === null ? '; Max-Age=0' : seconds === undefined ? '' : `; Max-Age=${seconds}`
  const safe = secure ? '; Secure' : ''
  return `${nameOf(name, secure)}=${value ?? ''}; Path=/${life}; HttpOnly; SameSite=Lax${safe}`
}
