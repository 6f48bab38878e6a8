import { Refusal } from '#fhir/refusal.ts'

const form = /^(?:W\/)?"([A-Za-z0-9\-.]{1,64})"$/

/** https://hl7.org/fhir/R4/http.html#concurrency: versions travel as weak entity tags. */
export function buildEtag(version: number): string {
  return `W/"${version}"`
}

/** The versions a client named in If-Match or If-None-Match; '*' for any. */
export function parseEtags(header: string, name: string): readonly string[] | '*' {
  if (header.trim() === '*') return '*'
  return header.split(',').map((tag) => {
    const version = form.exec(tag.trim())?.[1]
    if (version === undefined) {
      throw new Refusal(
        'value',
        `${name} must be a version such as W/"3"; take it from the ETag of a read.`,
        {
          expression: `http.${name}`,
        },
      )
    }
    return version
  })
}

export function matchesVersion(tags: readonly string[] | '*', version: number): boolean {
  return tags === '*' || tags.includes(String(version))
}
