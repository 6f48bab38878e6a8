import { Refusal } from '#fhir/refusal.ts'
import { ConfigError } from './config.ts'

/** What a command was asked in a way that it does not understand. */
export class UsageError extends Error {}

/** What goes wrong by the caller's hand ends a command with a sentence; a fault of ours with all that is known of it. */
export async function runOrExplain(run: () => Promise<void>, exitCode = 1): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ConfigError || error instanceof Refusal))
      throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = exitCode
  }
}
