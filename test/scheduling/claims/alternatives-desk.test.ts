import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Principal } from '#access/principal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Wanted } from '#scheduling/advice.ts'
import { AlternativesDesk } from '#scheduling/claims/alternatives-desk.ts'

const wanted = (patient: string, slot = 'nine', tenant = 'main'): Wanted => ({
  principal: { tenant } as Principal,
  appointment: {
    resourceType: 'Appointment',
    slot: [{ reference: `Slot/${slot}` }],
    participant: [
      { actor: { reference: 'Practitioner/a' }, status: 'accepted' },
      { actor: { reference: `Patient/${patient}` }, status: 'accepted' },
    ],
  },
})
const offer: Resource = {
  resourceType: 'Appointment',
  participant: [{ actor: { reference: 'Practitioner/a' } }],
}
const namesOf = ({ participant }: Resource) =>
  (participant as { actor: { reference: string } }[]).map(({ actor }) => actor.reference)

/** Look-ups that are answered when the test says so. */
function openDesk(patience?: number) {
  const looks: { wanted: Wanted; answer: (found: readonly Resource[]) => void; fail: () => void }[] = []
  const desk = new AlternativesDesk((one) => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Resource[]>()
    looks.push({ wanted: one, answer: resolve, fail: () => reject(new Error('gone')) })
    return promise
  }, patience)
  return { desk, looks }
}

test('whoever loses alone is looked for with their own calendar', async () => {
  const { desk, looks } = openDesk()
  const found = desk.ask(wanted('p1'), 5)
  expect(namesOf(looks[0]?.wanted.appointment as Resource)).toContain('Patient/p1')
  looks[0]?.answer([offer])
  expect(await found).toEqual([offer])
})

test('a crowd that lost one time shares one look-up without patients, and each is offered it for theirs', async () => {
  const { desk, looks } = openDesk(60_000)
  const crowd = Array.from({ length: 100 }, (_, at) => desk.ask(wanted(`p${at}`), 5))
  expect(looks.length).toBe(2)
  looks[0]?.answer([])
  await pause(0)
  expect(looks.length).toBe(3)
  expect(namesOf(looks[2]?.wanted.appointment as Resource)).toEqual(['Practitioner/a'])
  looks[2]?.answer([offer])
  const found = await Promise.all(crowd.slice(2))
  expect(found.map(([one]) => namesOf(one as Resource))).toEqual(
    Array.from({ length: 98 }, (_, at) => ['Practitioner/a', `Patient/p${at + 2}`]),
  )
  expect(looks.length).toBe(3)
})

test('what is found in one clinic, or for one time, is not told in another', async () => {
  const { desk, looks } = openDesk(60_000)
  const crowd = ['main', 'main', 'main', 'north'].map((tenant) => desk.ask(wanted('p', 'nine', tenant), 5))
  crowd.push(desk.ask(wanted('p', 'ten'), 5))
  for (let at = 0; at < 5; at++) {
    looks[at]?.answer([])
    await pause(0)
  }
  await Promise.all(crowd)
  expect(
    looks.slice(2).map((one) => [one.wanted.principal.tenant, (one.wanted.appointment.slot as object[])[0]]),
  ).toEqual([
    ['main', { reference: 'Slot/nine' }],
    ['north', { reference: 'Slot/nine' }],
    ['main', { reference: 'Slot/ten' }],
  ])
})

test('who would have to wait too long goes without, and the place is free again after a failure', async () => {
  const { desk, looks } = openDesk(5)
  const first = [desk.ask(wanted('p1'), 5), desk.ask(wanted('p2'), 5)]
  expect(await desk.ask(wanted('p3'), 5)).toEqual([])
  // A timer may fire a moment before the clock says so; here nobody is in two minds about who was too late.
  await pause(20)
  for (const { fail } of looks) fail()
  expect((await Promise.allSettled(first)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await pause(0)
  void desk.ask(wanted('p4'), 5)
  expect(looks.length).toBe(3)
})
