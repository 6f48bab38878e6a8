import { writeFileSync } from 'node:fs'
import { describeSettings } from '#config.ts'

writeFileSync(new URL('../docs/configuration.md', import.meta.url), describeSettings())
