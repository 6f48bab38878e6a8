import { registerHooks } from 'node:module'

/**
 * For the measurement alone (`node --import ./bench/without-audit.ts src/main.mjs`): the same server, whose reads leave no
 * event. No setting does this.
 */
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.endsWith('/src/interaction/record-audit.ts') || loaded.source == null) return loaded
    const source = String(loaded.source)
    const silent = skip(
      source,
      /(export function recordAudit\(walk: Walk\)[^{]*\{)/,
      'if (walk.tx === undefined) return',
    )
    return {
      ...loaded,
      source: skip(silent, /(export function foreseeRead\([^)]*\)[^{]*\{)/, 'if (true) return undefined'),
    }
  },
})

function skip(source: string, start: RegExp, condition: string): string {
  if (!start.test(source))
    throw new Error('record-audit.ts has another form now: change bench/without-audit.ts')
  return source.replace(start, `$1\n  ${condition}`)
}
