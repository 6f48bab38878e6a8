import { globSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadDefinitions } from '../../../src/fhir/load-definitions.ts'
import { html } from '../../../src/oauth/pages/html.ts'
import { chooseLanguage } from '../../../src/oauth/pages/language.ts'
import de from '../../../src/oauth/pages/texts/de.json' with { type: 'json' }
import recordsDe from '../../../src/oauth/pages/texts/de-records.json' with { type: 'json' }
import en from '../../../src/oauth/pages/texts/en.json' with { type: 'json' }
import recordsEn from '../../../src/oauth/pages/texts/en-records.json' with { type: 'json' }

const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort()

test('every text is there in both languages, with the same holes to fill', () => {
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort())
  const english: Record<string, string> = en
  for (const [key, text] of Object.entries(de))
    expect([key, holes(text)]).toEqual([key, holes(english[key] ?? '')])
})

test('kinds of records are named in both languages, and are kinds of FHIR', () => {
  expect(Object.keys(recordsDe).sort()).toEqual(Object.keys(recordsEn).sort())
  const definitions = loadDefinitions()
  expect(Object.keys(recordsEn).filter((type) => !definitions.isResourceType(type))).toEqual([])
})

test('no text is left that no page says', () => {
  const code = globSync('src/oauth/pages/*.ts')
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
  const said = (key: string) =>
    code.includes(`'${key}'`) ||
    [...code.matchAll(/say\(\s*`([\w.-]+)\$\{/g)].some(([, start = '']) => key.startsWith(start))
  expect(Object.keys(en).filter((key) => !said(key))).toEqual([])
})

test('nothing put into a page becomes a part of its language', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", 'a', '=', '/', ' ') }), (text) => {
      const page = html`<p title="${text}">${[text, html`<b>${text}</b>`]}</p>`.text
      const bare = page.replaceAll(/&(amp|lt|gt|quot|#39);/g, '')
      expect(bare.match(/[<>"']/g)).toEqual([...'<"">', ...'<>', ...'<>', ...'<>'])
    }),
  )
})

test('what is not there, or not so, leaves nothing in a page', () => {
  expect(html`<p>${undefined}${false}${0}${[]}</p>`.text).toBe('<p>0</p>')
})

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['de', 'de'],
  ['de-CH,de;q=0.9', 'de'],
  ['en;q=0.4, de;q=0.5', 'de'],
  ['fr, it', 'en'],
  [`${'x,'.repeat(5_000)}de`, 'en'],
])('who asks for %j reads %s', (accepted, language) => {
  expect(chooseLanguage(accepted)).toBe(language)
})
