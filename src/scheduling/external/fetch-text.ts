import { SourceFault } from './busy-source.ts'
import { checkedUrl, collect, type FetchLimits, requestGuarded } from './guarded-request.ts'

const ask = { headers: { Accept: 'text/calendar, */*;q=0.1' } }

/** Gets a text from an address that a client has named, wherever it leads: each step is judged anew. */
export async function fetchText(address: string, limits: FetchLimits): Promise<string> {
  const deadline = AbortSignal.timeout(limits.milliseconds)
  let url = checkedUrl(address, limits)
  for (let step = 0; step <= limits.redirects; step++) {
    const response = await requestGuarded(url, ask, limits, deadline)
    const { statusCode = 0, headers } = response
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      response.destroy()
      url = checkedUrl(URL.parse(headers.location, url)?.href ?? '', limits)
      continue
    }
    if (statusCode !== 200) {
      response.destroy()
      throw new SourceFault(`The calendar answers with status ${statusCode}.`)
    }
    return collect(response, limits, deadline)
  }
  throw new SourceFault('The calendar redirects too often.')
}
