import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { loadDefinitions } from '../../src/fhir/load-definitions.ts'
import { dumpSchema } from '../../src/store/schema-dump.ts'
import { cloneTemplate, dropDatabase } from '../support/database.ts'

test('test/schema.sql shows the schema as it is: run `npm run schema` after a change and review it', async () => {
  const url = await cloneTemplate()
  onTestFinished(() => dropDatabase(url))
  const schema = await dumpSchema(url, loadDefinitions().resourceTypes)
  expect(schema).toBe(readFileSync(new URL('../schema.sql', import.meta.url), 'utf8'))
})
