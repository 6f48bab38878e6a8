import { type ParseArgsConfig, parseArgs } from 'node:util'
import { Refusal } from '#fhir/refusal.ts'
import { ConfigError } from '../config.ts'

/** What a command was asked in a way that it does not understand. */
export class UsageError extends Error {}

/** What stands behind the command's name. */
export function readArguments<const Wanted extends ParseArgsConfig>(usage: string, wanted: Wanted) {
  try {
    return parseArgs(wanted)
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`)
  }
}

/** Ends with what `run` answers. What goes wrong by the caller's hand ends with a sentence; a fault of ours with all that is known of it. */
export async function runCommand(run: () => Promise<number>, mistake = 1): Promise<void> {
  try {
    process.exitCode = await run()
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ConfigError || error instanceof Refusal))
      throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = mistake
  }
}

/** For commands whose answer is a text. */
export async function printAnswer(answer: () => Promise<string>): Promise<void> {
  await runCommand(async () => {
    process.stdout.write(`${await answer()}\n`)
    return 0
  })
}
