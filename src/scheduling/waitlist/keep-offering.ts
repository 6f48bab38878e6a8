import { startSweeper } from '../holds/every-second.ts'
import { clinicsToLook, type LookParts, lookThrough } from './look-through.ts'
import type { StirredClinics } from './stirred-clinics.ts'

const second = 1_000
/** Between looks, however much is stirred, in milliseconds. */
const breath = 200
/** Between looks at all lists, in seconds: what nobody stirred, because its process died or only time has passed. */
const rounds = 15

/**
 * Goes on while the server runs; any number of servers may. What comes free is looked at in the moment it is: who waits
 * should have it before somebody who only happens to ask.
 */
export function keepOffering(
  parts: LookParts,
  stirred: StirredClinics,
  onFault: (cause: unknown) => void,
): AsyncDisposable {
  // The first look is at all: whatever came free while no server ran.
  let turn = 0
  let looked = Number.NEGATIVE_INFINITY
  const sweeper = startSweeper(
    async () => {
      const everywhere = turn++ % rounds === 0 ? await clinicsToLook(parts.database) : []
      for (const tenant of new Set([...stirred.take(), ...everywhere])) {
        const found = await lookThrough(parts, tenant)
        // Another has looked perhaps since before it came free; and who lost a race may have more luck with what is left.
        if (found === 'another' || (found !== 'nobody' && found > 0)) stirred.stirLater(tenant)
      }
      looked = performance.now()
    },
    onFault,
    second,
  )
  stirred.onStir(() => {
    if (performance.now() - looked > breath) void sweeper.sweep()
  })
  return {
    async [Symbol.asyncDispose]() {
      stirred.onStir(() => undefined)
      await sweeper[Symbol.asyncDispose]()
    },
  }
}
