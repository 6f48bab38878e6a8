import { expect, test } from 'vitest'
import { Groups } from '../../src/store/groups.ts'

interface Sent {
  readonly items: readonly string[]
  readonly answer: () => void
}

function openGroups() {
  const sent: Sent[] = []
  const groups = new Groups<string, string>({
    most: 64,
    atOnce: 4,
    send: (_key, items) =>
      new Promise((resolve) => {
        const answer = () => resolve(items.map((value) => ({ status: 'fulfilled', value })))
        sent.push({ items, answer })
      }),
  })
  return { groups, sent, join: (...items: string[]) => items.map((item) => groups.join('main', item)) }
}

test('who comes alone goes at once', async () => {
  const { sent, join } = openGroups()
  const [anna] = join('anna')
  await expect.poll(() => sent.length).toBe(1)
  sent[0]?.answer()
  expect(await anna).toBe('anna')
})

test('a few who come while a group is on its way go together', async () => {
  const { sent, join } = openGroups()
  const first = join('anna')
  await expect.poll(() => sent.length).toBe(1)
  const few = join('ben', 'carla', 'dana')
  sent[0]?.answer()
  await Promise.all(first)
  await expect.poll(() => sent[1]?.items).toEqual(['ben', 'carla', 'dana'])
  sent[1]?.answer()
  expect(await Promise.all(few)).toEqual(['ben', 'carla', 'dana'])
})

test('a group that does not come back holds up nobody but its own', async () => {
  const { sent, join } = openGroups()
  const stuck = join('anna')
  await expect.poll(() => sent.length).toBe(1)
  const [ben] = join('ben')
  await expect.poll(() => sent.length).toBe(2)
  sent[1]?.answer()
  expect(await ben).toBe('ben')
  sent[0]?.answer()
  await Promise.all(stuck)
})

test('many are divided over the groups that may still go', async () => {
  const { sent, join } = openGroups()
  const crowd = join(...Array.from({ length: 16 }, (_, i) => `patient ${i}`))
  await expect.poll(() => sent.length).toBe(4)
  expect(sent.map(({ items }) => items.length)).toEqual([4, 4, 4, 4])
  for (const { answer } of sent) answer()
  expect(await Promise.all(crowd)).toHaveLength(16)
})
