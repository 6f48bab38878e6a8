import { Refusal } from '#fhir/refusal.ts'
import { matchesVersion, parseEtags } from './etag.ts'
import type { Walk } from './walk.ts'

/** https://hl7.org/fhir/R4/http.html#concurrency */
export function checkPreconditions({ parts, request, current }: Walk): void {
  const { ifMatch, ifNoneMatch } = request.headers
  const live = current !== undefined && !current.deleted
  if (ifMatch !== undefined) {
    const tags = parseEtags(ifMatch, 'If-Match')
    if (!live || !matchesVersion(tags, current.version)) {
      throw new Refusal(
        'version-conflict',
        live
          ? `If-Match does not name the current version, which is ${current.version}; read it, merge, and send again.`
          : 'If-Match names a version, but there is no such resource now.',
        { expression: 'http.If-Match' },
      )
    }
  } else if (live && parts.settings.requireIfMatch) {
    throw new Refusal(
      'version-required',
      'This server changes a resource only with If-Match: send the ETag of your last read.',
      {
        expression: 'http.If-Match',
      },
    )
  }
  if (
    ifNoneMatch !== undefined &&
    live &&
    matchesVersion(parseEtags(ifNoneMatch, 'If-None-Match'), current.version)
  ) {
    throw new Refusal('version-conflict', 'If-None-Match rules this out: the resource exists already.', {
      expression: 'http.If-None-Match',
    })
  }
}
