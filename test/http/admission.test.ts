import { expect, test } from 'vitest'
import { Admission, type Place } from '../../src/http/admission.ts'

const megabyte = 1024 * 1024

function openDoor(): Admission {
  return new Admission({ maxInFlight: 100, maxWaiting: 0, maxBufferedBytes: 100 * megabyte })
}

/** Tells the names of those whose turn has come, in order. */
function enterWith(door: Admission, turns: string[]) {
  return async (name: string, bytes: number): Promise<Place> => {
    const place = await door.enter()
    door.hold(place, bytes)
    void door.takeTurn(place).then(() => turns.push(name))
    return place
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('two large bodies are worked on at a time, the others in the order in which they came; small ones wait for none', async () => {
  const door = openDoor()
  const turns: string[] = []
  const come = enterWith(door, turns)
  const first = await come('first', megabyte)
  const second = await come('second', megabyte)
  const third = await come('third', megabyte)
  await come('fourth', megabyte)
  await come('small', 1024)
  await settled()
  expect(turns).toEqual(['first', 'second', 'small'])
  door.leave(second)
  await settled()
  expect(turns.at(-1)).toBe('third')
  door.leave(first)
  door.leave(third)
  await settled()
  expect(turns.at(-1)).toBe('fourth')
})

test('turns that were given back are there for those who come later', async () => {
  const door = openDoor()
  const turns: string[] = []
  const come = enterWith(door, turns)
  for (const name of ['a', 'b', 'c']) {
    const place = await come(name, megabyte)
    await settled()
    door.leave(place)
  }
  expect(turns).toEqual(['a', 'b', 'c'])
})
