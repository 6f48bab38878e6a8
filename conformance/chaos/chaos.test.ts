import { expect, test } from 'vitest'
import { cloneTemplate, dropDatabase } from '../../test/support/database.ts'
import { runChaos } from './run-chaos.ts'

test('whatever is cut or killed while a clinic books, what was promised is there and nothing else', async () => {
  const databaseUrl = await cloneTemplate()
  const { attempts, faults, cutConnections } = await runChaos({
    databaseUrl,
    ...{ operations: 200, servers: 2, clients: 12, every: 300, clockWrongBy: 7 },
  })
  expect(faults).toEqual([])
  expect(cutConnections).toBeGreaterThan(0)
  expect(attempts.filter(({ outcome }) => outcome === 'done').length).toBeGreaterThan(10)
  await dropDatabase(databaseUrl)
}, 120_000)
