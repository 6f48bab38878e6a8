import type { Discriminator, ProfileElement } from './profile.ts'
import { isSameJson } from './same-json.ts'
import type { SnapshotParts } from './snapshot-parts.ts'
import { tellApart } from './tell-apart.ts'

/** Slices must fit into the element together, and each must be known by something that no other has. */
export function checkSlices(element: ProfileElement, index: number | undefined, parts: SnapshotParts): void {
  const { slicing, slices = [], path } = element
  if (slicing === undefined) return
  const refuse = (sentence: string) => parts.faults.addAt(index, `${path}: ${sentence}`, 'slicing')
  const least = slices.reduce((sum, { min }) => sum + min, 0)
  const most = slices.reduce((sum, { max }) => sum + max, 0)
  if (least > element.max)
    refuse(`its slices demand ${least} together, and it may occur ${element.max} times at most.`)
  if (slicing.rules === 'closed' && most < element.min)
    refuse(`it must occur ${element.min} times, and its slices, which are closed, allow ${most}.`)
  const wrong = slices.find(({ min, max }) => min > max)
  if (wrong !== undefined)
    refuse(`the slice ${wrong.sliceName} must occur ${wrong.min} times, and only ${wrong.max} are allowed.`)
  checkMarks(slicing.discriminators, slices, refuse, parts)
}

function checkMarks(
  discriminators: readonly Discriminator[],
  slices: readonly ProfileElement[],
  refuse: (sentence: string) => void,
  parts: SnapshotParts,
): void {
  if (discriminators.length === 0) return
  const known: (readonly [name: string | undefined, marks: unknown])[] = []
  for (const slice of slices) {
    const marks = discriminators.map((discriminator) => tellApart(slice, discriminator, parts))
    if (marks.includes('unknown')) continue
    if (marks.every((mark) => mark === undefined)) {
      const paths = discriminators.map(({ path }) => path).join(', ')
      refuse(
        `nothing tells the slice ${slice.sliceName} apart: give it a fixed value, pattern, required binding or type at ${paths}.`,
      )
      continue
    }
    const twin = known.find(([, others]) => isSameJson(others, marks))
    if (twin !== undefined)
      refuse(
        `the slices ${twin[0]} and ${slice.sliceName} are told apart by nothing: their marks are the same.`,
      )
    known.push([slice.sliceName, marks])
  }
}
