import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')

it('a server that nobody speaks XML to never loads the parser', { timeout: 60_000 }, async () => {
  // saxes is a CommonJS module, so Node keeps it in the cache that `require` shows.
  const program = `
    import { createRequire } from 'node:module'
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('/saxes/'))
    await import('./src/app.ts')
    const before = loaded()
    const { createXmlLoader } = await import('./src/fhir/xml/load-xml-format.ts')
    const { loadDefinitions } = await import('./src/fhir/load-definitions.ts')
    const load = createXmlLoader(loadDefinitions())
    const [first, second] = await Promise.all([load(), load()])
    console.log(JSON.stringify([before, loaded(), first === second]))`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module-typescript', '-e', program],
    { cwd: root },
  )
  expect(JSON.parse(stdout)).toEqual([false, true, true])
})
