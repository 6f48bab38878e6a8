import type { Check } from './check.ts'
import { discoveryChecks } from './discovery-checks.ts'
import { launchChecks } from './launch-checks.ts'
import { refusalChecks } from './refusal-checks.ts'

/** In the order of the public suites: each stands on what those before it found out. */
export const checks: readonly Check[] = [...discoveryChecks, ...launchChecks, ...refusalChecks]
