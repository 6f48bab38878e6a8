import { expect, test } from 'vitest'
import { StirredClinics } from '#scheduling/waitlist/stirred-clinics.ts'

test('whoever looks through the lists hears of what comes free at once, but not of what they put back themselves', () => {
  const stirred = new StirredClinics()
  let woken = 0
  stirred.onStir(() => woken++)
  stirred.stir('main')
  stirred.stir('north')
  stirred.stirLater('south')
  expect([woken, stirred.take(), stirred.take()]).toEqual([2, ['main', 'north', 'south'], []])
})
