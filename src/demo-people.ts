import { createAccounts } from '#oauth/sign-in/accounts.ts'
import { createFactors } from '#oauth/sign-in/factors.ts'
import type { AskRows } from '#oauth/sign-in/rows.ts'
import { totpCode } from '#oauth/sign-in/totp.ts'

interface DemoPerson {
  readonly email: string
  readonly name: string
  readonly role: string
  readonly fhirUser?: string
}

/** Who works at the demo clinic, and one of its patients. */
export const demoPeople: readonly DemoPerson[] = [
  { email: 'reception@clinic.example', name: 'Rosa Reception', role: 'front-desk' },
  {
    email: 'grace.adams@clinic.example',
    name: 'Dr. Grace Adams',
    role: 'practitioner',
    fhirUser: 'Practitioner/dr-adams',
  },
  { email: 'anna@patient.example', name: 'Anna Svoboda', role: 'patient', fhirUser: 'Patient/patient-1' },
  { email: 'admin@clinic.example', name: 'Ada Admin', role: 'clinic-admin' },
  { email: 'auditor@clinic.example', name: 'Otto Auditor', role: 'auditor' },
]

const stepMs = 30_000

/** Known to everybody: the demo shows the codes beside its letters, for nobody has its staff's telephones. */
const demoSecret = 'ALMANACDEMOALMANACDEMOALMANACDEM'

/** Once, and only where nobody has an account yet. */
export async function addDemoPeople(ask: AskRows, totpKey: Uint8Array, newId: () => string): Promise<void> {
  if ((await ask('select from person_account limit 1', [])).length > 0) return
  const accounts = createAccounts(ask)
  const factors = createFactors({ ask, key: totpKey, clock: () => new Date() })
  for (const { email, name, role, fhirUser } of demoPeople) {
    const { id } = await accounts.add({ id: newId(), email, displayName: name })
    await accounts.join(id, {
      tenant: 'main',
      roles: [role],
      ...(fhirUser === undefined ? {} : { fhirUser }),
    })
    if (role !== 'patient') await factors.setTotp(id, demoSecret)
  }
}

/** What the authenticator app of the demo's staff shows. */
export function demoCode(now: Date): string {
  return totpCode(demoSecret, Math.floor(now.getTime() / stepMs))
}
