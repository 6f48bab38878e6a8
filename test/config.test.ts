import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ConfigError, describeSettings, readConfig } from '#config.ts'

const refusal = (environment: Record<string, string>): string => {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

test('an empty environment is enough on a laptop', () => {
  const config = readConfig({})
  expect(config).toMatchObject({ host: '127.0.0.1', port: 8080, dataFolder: '.almanac', demo: true })
  expect(Object.isFrozen(config)).toBe(true)
})

test('all wrong settings are named at once, each with the form it must have', () => {
  const sentences = refusal({
    PORT: '80a',
    TIME_ZONE: 'Europe/Atlantis',
    DATABASE_URL: 'mysql://x',
    CLINICS: 'main',
  })
  expect(sentences.split('\n')).toEqual([
    'PORT must be a whole number from 0 to 65535.',
    'CLINICS must be names of lower-case letters, digits and dashes, separated by commas.',
    'TIME_ZONE must be a time zone such as Europe/Prague.',
    'DATABASE_URL must be an address that starts with postgres:// or postgresql://.',
  ])
})

test('production does not start on unsafe defaults, and names each', () => {
  const named = refusal({ NODE_ENV: 'production' })
    .split('\n')
    .map((line) => line.split(' ')[0])
  expect(named).toEqual(['PUBLIC_URL', 'CORS_ORIGINS', 'DATABASE_URL', 'DEMO'])
})

test('production starts when each of them is set', () => {
  const config = readConfig({
    NODE_ENV: 'production',
    DATABASE_URL: 'postgresql://db.clinic.example/almanac',
    PUBLIC_URL: 'https://fhir.clinic.example/',
    CORS_ORIGINS: 'https://portal.clinic.example',
    DEMO: 'false',
  })
  expect(config.publicUrl).toBe('https://fhir.clinic.example')
})

test('production refuses a public address that is not encrypted', () => {
  expect(refusal({ NODE_ENV: 'production', PUBLIC_URL: 'http://fhir.clinic.example' })).toContain(
    'PUBLIC_URL is not safe',
  )
})

test('docs/configuration.md says what the settings are', () => {
  const page = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8')
  expect(page, 'run: npm run config:docs').toBe(describeSettings())
})

test('events of the audit trail are kept for six years at least, clinic by clinic', () => {
  expect(refusal({ AUDIT_YEARS: '5' })).toBe('AUDIT_YEARS must be a whole number from 6 to 100.')
  expect(refusal({ AUDIT_YEARS_BY_CLINIC: 'north=5' })).toContain('AUDIT_YEARS_BY_CLINIC must be clinics')
  expect(readConfig({ AUDIT_YEARS_BY_CLINIC: 'north=10, south=6' }).auditYearsByClinic).toEqual([
    'north=10',
    'south=6',
  ])
})
