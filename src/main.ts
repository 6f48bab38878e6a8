import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Half of a warm start is reading TypeScript: what was compiled once is kept beside the packages it belongs to.
enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'almanac'))
const { serve } = await import('./serve.ts')
await serve(process.env)
