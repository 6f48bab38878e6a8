import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

/** npm run fuzz:leaks -- --minutes 60; a seed that was told replays what was found. */
const { values } = parseArgs({
  options: { minutes: { type: 'string' }, seed: { type: 'string' }, requests: { type: 'string' } },
})
const seed = values.seed ?? String(1 + Math.floor(Math.random() * 1_000_000_000))
const env = {
  ...process.env,
  FUZZ_SEED: seed,
  // A seed alone is one world again.
  ...(values.minutes === undefined
    ? { FUZZ_REQUESTS: values.requests ?? '1' }
    : { FUZZ_MINUTES: values.minutes }),
}
process.stdout.write(`from seed ${seed}\n`)
const name = values.minutes === undefined ? ['-t', 'ten thousand'] : ['-t', 'hours']
const { status } = spawnSync('vitest', ['run', 'test/access/leak-fuzzer', ...name], { stdio: 'inherit', env })
process.exitCode = status ?? 1
