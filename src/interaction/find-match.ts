import { Refusal } from '#fhir/refusal.ts'
import { viewerOf } from './authorise.ts'
import { findMatches } from './find-matches.ts'
import { respondFound } from './respond.ts'
import type { Walk } from './walk.ts'

/** https://hl7.org/fhir/R4/http.html#cond-update and its siblings: criteria instead of an id. */
export async function findMatch(walk: Walk): Promise<void> {
  const { criteria, request, parts, principal, tx, within } = walk
  const { type, interaction } = request
  if (criteria === undefined || type === undefined || tx === undefined) return
  const many = interaction === 'delete' && parts.settings.conditionalDeleteMultiple
  const limit = many ? parts.settings.conditionalDeleteLimit : 1
  const viewer = viewerOf(principal, interaction, true)
  const { definitions, settings } = parts
  const matchParts = { definitions, settings, base: request.base }
  const matches = within?.matches ?? (await findMatches(matchParts, tx, viewer, type, criteria, limit + 1))
  walk.searched = true
  if (matches.length > limit) {
    throw new Refusal(
      'multiple-matches',
      many
        ? `The criteria match more than ${limit} resources, the most that one request may delete: narrow them.`
        : 'The criteria match several resources: narrow them until they name one.',
    )
  }
  const [match] = matches
  if (interaction === 'create') {
    if (match !== undefined) walk.response = respondFound(walk, match)
    return
  }
  if (interaction === 'delete') {
    walk.matches = matches
    if (matches.length === 1 && match !== undefined) walk.current = match
    return
  }
  const sentId = idInBody(request.body?.json)
  if (match === undefined) {
    if (interaction === 'patch') throw new Refusal('not-found', `No ${type} matches the criteria.`)
    // loadCurrent refuses when the body's id is taken: R4 leaves that to us, and overwriting what did not match is no answer.
    walk.id = sentId ?? within?.id ?? parts.newId()
    return
  }
  if (interaction === 'update' && sentId !== undefined && sentId !== match.id) {
    throw new Refusal(
      'value',
      'The criteria match a resource with another id than the body has: leave the id out or use the one that matches.',
      { expression: `${type}.id` },
    )
  }
  walk.id = match.id
  walk.current = match
}

function idInBody(body: unknown): string | undefined {
  const id = typeof body === 'object' && body !== null ? (body as { id?: unknown }).id : undefined
  return typeof id === 'string' ? id : undefined
}
