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
    const changed = source.replace(
      /(export function recordAudit\(walk: Walk\)[^{]*\{)/,
      '$1\n  if (walk.tx === undefined) return',
    )
    if (changed === source) throw new Error('recordAudit has another form now: change bench/without-audit.ts')
    return { ...loaded, source: changed }
  },
})
