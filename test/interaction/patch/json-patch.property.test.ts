import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Refusal } from '#fhir/refusal.ts'
import { applyJsonPatch } from '#interaction/patch/json-patch.ts'

const key = fc.constantFrom('a', 'b', 'name', 'given', 'x/y', 'm~n', '')
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, '', 'text', 0, 1, 2.5),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(key, tie('json'), { maxKeys: 4 }),
  ),
}))
const document = fc.dictionary(key, json, { maxKeys: 5 })

interface Operation {
  op: string
  path: string
  from?: string
  value?: unknown
}

function escapeStep(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** Every place in the document, the root left out. */
function placesIn(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([step, child]) => {
    const place = `${path}/${escapeStep(step)}`
    return [place, ...placesIn(child, place)]
  })
}

function valueAt(root: unknown, path: string): unknown {
  const steps = path.split('/').slice(1)
  return steps.reduce<unknown>(
    (node, step) => (node as Record<string, unknown>)[step.replaceAll('~1', '/').replaceAll('~0', '~')],
    root,
  )
}

const operation: fc.Arbitrary<(root: unknown) => Operation> = fc
  .record({
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
    pick: fc.nat(),
    other: fc.nat(),
    key,
    value: json,
  })
  .map(({ op, pick, other, key: name, value }) => (root) => {
    const places = placesIn(root)
    const place = places[pick % Math.max(places.length, 1)] ?? ''
    const target = op === 'add' || op === 'copy' || op === 'move' ? `${place}/${escapeStep(name)}` : place
    return { op, path: target, from: places[other % Math.max(places.length, 1)] ?? '', value }
  })

test('a removal is undone by an addition, an addition by a removal, a replacement by another', () => {
  fc.assert(
    fc.property(document, fc.nat(), json, (root, pick, value) => {
      const places = placesIn(root)
      fc.pre(places.length > 0)
      const path = places[pick % places.length] as string
      const before = valueAt(root, path)
      const removed = applyJsonPatch(root, [{ op: 'remove', path }])
      expect(applyJsonPatch(removed, [{ op: 'add', path, value: before }])).toEqual(root)
      const replaced = applyJsonPatch(root, [{ op: 'replace', path, value }])
      expect(valueAt(replaced, path)).toEqual(value)
      const restored = applyJsonPatch(replaced, [{ op: 'replace', path, value: before }])
      expect(JSON.stringify(restored)).toBe(JSON.stringify(root))
    }),
  )
})

test('no patch touches its input, and none throws anything but a Refusal of 400 or 422', () => {
  fc.assert(
    fc.property(document, fc.array(operation, { maxLength: 6 }), (root, makers) => {
      const before = JSON.stringify(root)
      let now: unknown = root
      for (const make of makers) {
        const patch = [make(now)]
        const patchBefore = JSON.stringify(patch)
        try {
          now = applyJsonPatch(now, patch)
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
          expect([400, 422]).toContain((error as Refusal).status)
        }
        expect(JSON.stringify(patch)).toBe(patchBefore)
      }
      expect(JSON.stringify(root)).toBe(before)
    }),
  )
})

test('a test that fails at the end leaves nothing of the operations before it', () => {
  fc.assert(
    fc.property(document, json, (root, value) => {
      const before = JSON.stringify(root)
      const patch = [
        { op: 'add', path: '/added', value },
        { op: 'test', path: '/added', value: { never: 'this' } },
      ]
      fc.pre(JSON.stringify(value) !== '{"never":"this"}')
      expect(() => applyJsonPatch(root, patch)).toThrow(Refusal)
      expect(JSON.stringify(root)).toBe(before)
    }),
  )
})

test('a sequence in one patch equals its operations one by one', () => {
  fc.assert(
    fc.property(document, fc.array(operation, { maxLength: 6 }), (root, makers) => {
      let now: unknown = root
      const patch: Operation[] = []
      for (const make of makers) {
        const next = make(now)
        try {
          now = applyJsonPatch(now, [next])
          patch.push(next)
        } catch {
          // An operation that does not fit is left out of the sequence.
        }
      }
      expect(JSON.stringify(applyJsonPatch(root, patch))).toBe(JSON.stringify(now))
    }),
  )
})
