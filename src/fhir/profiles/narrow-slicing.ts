import type { Discriminator, ProfileElement, Slicing } from './profile.ts'
import type { SnapshotParts } from './snapshot-parts.ts'
import type { SourceElement } from './structure-source.ts'

/** Always so, said or not: https://hl7.org/fhir/R4/profiling.html#slicing. */
const byUrl: Slicing = { discriminators: [{ type: 'value', path: 'url' }], ordered: false, rules: 'open' }
const byType: Slicing = { discriminators: [{ type: 'type', path: '$this' }], ordered: false, rules: 'open' }

const kinds = ['value', 'pattern', 'exists', 'type', 'profile']
const allRules = ['open', 'openAtEnd', 'closed']
const step = /^(?:[A-Za-z][A-Za-z0-9]*|ofType\([A-Za-z0-9]+\)|resolve\(\)|extension\('[^']+'\))$/
const mostDiscriminators = 10
const longestPath = 200

export function slicingWithoutSaying(element: ProfileElement): Slicing | undefined {
  if (element.isChoice) return byType
  return element.name === 'extension' || element.name === 'modifierExtension' ? byUrl : undefined
}

export function narrowSlicing(
  base: ProfileElement,
  element: SourceElement,
  index: number | undefined,
  { faults }: SnapshotParts,
): Pick<ProfileElement, 'slicing'> {
  const said = element.slicing
  if (said === undefined) return {}
  const refuse = (sentence: string) => {
    faults.addAt(index, `${element.path}: ${sentence}`, 'slicing')
    return {}
  }
  if (element.sliceName !== undefined || base.sliceName !== undefined)
    return refuse('a slice is not sliced again; give each slice its own name.')
  const discriminators = said.discriminator ?? []
  if (discriminators.length > mostDiscriminators)
    return refuse(`at most ${mostDiscriminators} discriminators tell slices apart.`)
  const wrong = discriminators.find(({ type, path }) => !kinds.includes(type) || !isPath(path))
  if (wrong !== undefined)
    return refuse(
      `the discriminator "${wrong.path.slice(0, 80)}" must be $this or element names with dots between.`,
    )
  if (!allRules.includes(said.rules)) return refuse(`the rules are one of ${allRules.join(', ')}.`)
  const slicing: Slicing = {
    discriminators: discriminators as readonly Discriminator[],
    ordered: said.ordered ?? false,
    rules: said.rules as Slicing['rules'],
  }
  const before = base.slicing
  if (before === undefined) return { slicing }
  if (!before.discriminators.every((known) => discriminators.some((one) => isSame(one, known))))
    return refuse('the base tells its slices apart by other discriminators, which have to stay.')
  if (before.ordered && !slicing.ordered) return refuse('the base orders its slices.')
  if (allRules.indexOf(slicing.rules) < allRules.indexOf(before.rules))
    return refuse(`the slicing is ${before.rules} in the base: ${slicing.rules} would loosen it.`)
  return { slicing }
}

function isSame(left: { type: string; path: string }, right: Discriminator): boolean {
  return left.type === right.type && left.path === right.path
}

function isPath(path: string): boolean {
  return path.length <= longestPath && discriminatorSteps(path).every((part) => step.test(part))
}

/** `extension('http://x.y').value` has dots within its quotes. */
export function discriminatorSteps(path: string): readonly string[] {
  if (path === '$this') return []
  const steps = path.match(/(?:[^.'(]|\((?:'[^']*'|[^)'])*\))+|./g)?.filter((part) => part !== '.') ?? []
  return steps[0] === '$this' ? steps.slice(1) : steps
}
