import { startSweeper } from '../holds/every-second.ts'
import { clinicsToLook, type LookParts, lookThrough } from './look-through.ts'
import type { StirredClinics } from './stirred-clinics.ts'

const second = 1_000
/** Between looks at all lists, in seconds: what nobody stirred, because its process died or only time has passed. */
const rounds = 15

/** Goes on while the server runs; any number of servers may. */
export function keepOffering(
  parts: LookParts,
  stirred: StirredClinics,
  onFault: (cause: unknown) => void,
): AsyncDisposable {
  // The first look is at all: whatever came free while no server ran.
  let turn = 0
  return startSweeper(
    async () => {
      const everywhere = turn++ % rounds === 0 ? await clinicsToLook(parts.database) : []
      for (const tenant of new Set([...stirred.take(), ...everywhere])) {
        const looked = await lookThrough(parts, tenant)
        // Another has looked perhaps since before it came free; and who lost a race may have more luck with what is left.
        if (looked === 'another' || (looked !== 'nobody' && looked > 0)) stirred.stir(tenant)
      }
    },
    onFault,
    second,
  )
}
