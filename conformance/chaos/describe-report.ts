import type { ChaosReport } from './run-chaos.ts'

/** docs/chaos.md */
export function describeReport({
  attempts,
  faults,
  killedServers,
  cutConnections,
  seconds,
}: ChaosReport): string {
  const count = (deed: string, outcome: string) =>
    attempts.filter((one) => one.deed === deed && one.outcome === outcome).length
  const deeds = ['book', 'hold', 'confirm', 'move', 'cancel']
  const rows = deeds.map(
    (deed) =>
      `| ${[deed, ...['done', 'refused', 'unknown'].map((outcome) => count(deed, outcome))].join(' | ')} |`,
  )
  const errors = attempts.filter(({ status }) => status >= 500).length
  const lost = attempts.filter(({ status }) => status === 0).length
  return `# What calamities leave

\`npm run chaos -- --write\` writes this page. Three servers on one PostgreSQL, 24 clients who want the same four doctors' time; every
one and a half seconds three database connections are cut, those in the midst of a transaction first, or a server is killed
(\`SIGKILL\`) and started again; the clock of one server is seven minutes wrong. Afterwards an independent checker
(\`conformance/chaos/check.ts\`) reads the database and what the clients were told.

${attempts.length} operations in ${Math.round(seconds)} s; ${killedServers} servers killed, ${cutConnections} connections cut; ${lost} answers were lost on their way, ${errors} were 5xx (the database
was gone in the midst of the request; the client is told to try again).

| deed | done | refused | unknown |
|---|---|---|---|
${rows.join('\n')}

What must be true: every 201 is there once and as it was promised, what was refused has left nothing, nobody has more visits at once than they have
places, every claim belongs to a live appointment and every live appointment has its claims, each slot says what its appointments make of it.

**${faults.length === 0 ? 'Nothing was found that is not so.' : `${faults.length} faults:`}**
${faults
  .slice(0, 50)
  .map((fault) => `\n- ${fault}`)
  .join('')}
`
}
