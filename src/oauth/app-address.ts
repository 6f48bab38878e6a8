/** Where an app is come back to: on the web https, for trying things the own machine, and its own scheme with a dot in it (RFC 8252). */
export function isRedirect(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.hash !== '' || text.length > 500) return false
  return isSafeWeb(url) || /^[a-z][a-z0-9+-]*\.[a-z0-9.+-]+:$/.test(url.protocol)
}

export function isWeb(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && isSafeWeb(url)
}

/** A name before the host reads like one: https://clinic.example@elsewhere.example. */
function isSafeWeb({ protocol, hostname, username, password }: URL): boolean {
  if (username !== '' || password !== '') return false
  return (
    protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname))
  )
}
