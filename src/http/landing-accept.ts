/** Browsers name HTML; whoever takes anything is a program. Between both, the greater wish counts. */
export function wantsPage(accept: string | undefined): boolean {
  if (accept === undefined) return false
  let page = 0
  let data = 0
  for (const range of accept.split(',', 50)) {
    const [name = '', ...parameters] = range.toLowerCase().split(';')
    const quality = parameters.map((one) => /^\s*q\s*=\s*([\d.]+)\s*$/.exec(one)?.[1]).find(Boolean)
    const wish = Number(quality ?? 1)
    if (/^\s*text\/html\s*$/.test(name)) page = Math.max(page, wish)
    else if (name.includes('json')) data = Math.max(data, wish)
  }
  return page > 0 && page >= data
}
