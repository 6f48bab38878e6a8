import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Half of a warm start is reading TypeScript: what was compiled once is kept beside the packages it belongs to. This
// file is JavaScript, since Node loads its TypeScript reader, 17 MB, for a file that stands before the cache.
enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'almanac'))
const { serve } = await import('./serve.ts')
await serve(process.env)
