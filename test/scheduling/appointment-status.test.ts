import { expect, test } from 'vitest'
import { checkMove } from '#scheduling/appointment-status.ts'

/** From, and where to; whatever is not named here is refused. */
const allowed: Readonly<Record<string, string>> = {
  proposed: 'pending booked waitlist cancelled entered-in-error',
  waitlist: 'proposed pending booked cancelled entered-in-error',
  pending: 'booked proposed waitlist cancelled entered-in-error',
  booked: 'arrived checked-in fulfilled noshow cancelled pending entered-in-error',
  arrived: 'checked-in fulfilled cancelled entered-in-error',
  'checked-in': 'fulfilled noshow cancelled entered-in-error',
  noshow: 'booked entered-in-error',
  fulfilled: 'entered-in-error',
  cancelled: 'entered-in-error',
  'entered-in-error': '',
}
const words = Object.keys(allowed)

test.each(words)('an appointment that is %s goes where R4 lets it, and nowhere else', (from) => {
  const reached = words.filter((to) => {
    try {
      checkMove(from, to)
      return to !== from
    } catch {
      return false
    }
  })
  expect(reached.toSorted()).toEqual((allowed[from] ?? '').split(' ').filter(Boolean).toSorted())
})
