import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import { format, patientOf, refusalOf } from './refusal-of.ts'

const read = (text: string) => refusalOf(() => format.read(text))
const body = '<active value="true"/>'

describe('entities and DTDs', () => {
  it.each<[name: string, text: string]>([
    [
      'an entity that reads a file',
      `<!DOCTYPE Patient [<!ENTITY x SYSTEM "file:///etc/passwd">]>${patientOf('<name><text value="&x;"/></name>')}`,
    ],
    [
      'an entity that calls out',
      `<!DOCTYPE Patient [<!ENTITY x SYSTEM "http://127.0.0.1:1/">]>${patientOf(body)}`,
    ],
    [
      'a parameter entity',
      `<!DOCTYPE Patient [<!ENTITY % x SYSTEM "http://127.0.0.1:1/"> %x;]>${patientOf(body)}`,
    ],
    ['an external DTD', `<!DOCTYPE Patient SYSTEM "http://127.0.0.1:1/x.dtd">${patientOf(body)}`],
    ['an empty DTD', `<!DOCTYPE Patient>${patientOf(body)}`],
    [
      'a billion laughs',
      `<!DOCTYPE lolz [<!ENTITY a "lol">${[...'bcdefghij'].map((name, i) => `<!ENTITY ${name} "${`&${'abcdefghi'[i]};`.repeat(10)}">`).join('')}]>${patientOf('<name><text value="&j;"/></name>')}`,
    ],
    [
      'a quadratic blow-up',
      `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(50_000)}">]>${patientOf(`<name><text value="${'&a;'.repeat(50_000)}"/></name>`)}`,
    ],
  ])('%s is refused before anything is read of it', (_name, text) => {
    expect(read(text)).toEqual([expect.stringContaining('A DTD is not taken')])
  })

  it('a name that is not one of XML’s five is not known, in values and in the narrative', () => {
    for (const name of [
      'nbsp',
      'x',
      'constructor',
      '__proto__',
      'toString',
      '#0',
      '#xD800',
      '#x110000',
      '#',
      '#x',
      '#1114112',
      '',
    ]) {
      expect(read(patientOf(`<name><text value="&${name};"/></name>`))).not.toBe('taken')
      expect(
        read(patientOf(`<text><div xmlns="http://www.w3.org/1999/xhtml">&${name};</div></text>`)),
      ).not.toBe('taken')
    }
  })

  it('including other documents is no element of FHIR', () => {
    expect(
      read(patientOf('<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>')),
    ).not.toBe('taken')
  })
})

describe('depth and length', () => {
  const nest = (depth: number) =>
    patientOf('<extension url="x">'.repeat(depth) + '</extension>'.repeat(depth))

  it('nesting has an end, which is that of JSON', () => {
    expect(read(nest(30))).toBe('taken')
    for (const depth of [32, 63, 64, 1000, 100_000]) {
      expect(read(nest(depth))).toEqual([expect.stringMatching(/nests deeper than 64 levels/)])
    }
  })

  it('what is taken can be read as JSON and written again, also in a bundle of many', () => {
    for (let depth = 25; depth < 34; depth++) {
      if (read(nest(depth)) !== 'taken') continue
      const json = JSON.stringify(format.read(nest(depth)))
      expect(parseJson(json)).toEqual(format.read(nest(depth)))
      const bundle = `{"resourceType":"Bundle","entry":[{"resource":${json}}]}`
      expect(format.write(bundle)).toContain('<entry><resource><Patient>')
    }
  })

  it('elements that are skipped, and those of a narrative, nest no deeper', () => {
    for (const depth of [65, 100_000]) {
      expect(read(patientOf('<shoe>'.repeat(depth) + '</shoe>'.repeat(depth)))).toEqual([
        expect.stringContaining('deeper'),
      ])
      const div = `<div xmlns="http://www.w3.org/1999/xhtml">${'<p>'.repeat(depth)}${'</p>'.repeat(depth)}</div>`
      expect(read(patientOf(`<text>${div}</text>`))).toEqual([expect.stringContaining('deeper')])
      const json = JSON.stringify({ resourceType: 'Patient', text: { div } })
      expect(refusalOf(() => format.write(json))).toEqual([expect.stringContaining('ask for it in JSON')])
    }
  })

  it.each<[name: string, text: string]>([
    ['a long value', patientOf(`<name><text value="${'a&amp;'.repeat(400_000)}"/></name>`)],
    [
      'many attributes',
      patientOf(`<name ${Array.from({ length: 100_000 }, (_, i) => `a${i}="1"`).join(' ')}/>`),
    ],
    [
      'many declarations',
      patientOf(`<name ${Array.from({ length: 50_000 }, (_, i) => `xmlns:a${i}="u"`).join(' ')}/>`),
    ],
    ['many elements', patientOf('<name><given value="x"/></name>'.repeat(60_000))],
    ['many blanks', patientOf(' \n'.repeat(1_000_000))],
    ['a long comment', patientOf(`<!--${'- '.repeat(1_000_000)}-->`)],
    ['a comment that never ends', patientOf(`<!--${'-'.repeat(1_000_000)}`)],
    ['tags that never end', `<Patient xmlns="http://hl7.org/fhir"${' '.repeat(1_000_000)}`],
    [
      'long numbers',
      `<Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="${'9'.repeat(1_000_000)}x"/></valueQuantity></Observation>`,
    ],
    [
      'a narrative of many prefixes',
      patientOf(
        `<text><div xmlns="http://www.w3.org/1999/xhtml">${'<a:b xmlns:a="u" a:c="1"/>'.repeat(40_000)}</div></text>`,
      ),
    ],
  ])('%s is answered: its square would outlast the test', (_name, text) => {
    expect(() => read(text)).not.toThrow()
  })
})

describe('what is not well formed', () => {
  it.each([
    '',
    ' ',
    'Patient',
    '{"resourceType":"Patient"}',
    '<Patient',
    '<Patient xmlns="http://hl7.org/fhir">',
    '<Patient xmlns="http://hl7.org/fhir"></Person>',
    `${patientOf('')}${patientOf('')}`,
    `${patientOf('')}trailing`,
    patientOf('<active value="true" value="false"/>'),
    patientOf('<active value=true/>'),
    patientOf('<active value="<"/>'),
    patientOf('<active value="&"/>'),
    patientOf('<name><text value="\u0001"/></name>'),
    patientOf('<name><text value="&#1;"/></name>'),
    patientOf('<name><text value="\uffff"/></name>'),
    patientOf('<a:active value="true"/>'),
    patientOf(']]>'),
    patientOf('<!-- -- -->'),
    patientOf('<active value="true"><!-- </active>'),
    `<?xml version="1.0" encoding="UTF-16"?>${patientOf('')}`,
    `<?xml version="1.0" encoding="latin1"?>${patientOf('')}`,
    ` <?xml version="1.0"?>${patientOf('')}`,
    `<?xml version="1.1"?>${patientOf('<name><text value="&#1;"/></name>')}`,
    '<xmlns:Patient xmlns="http://hl7.org/fhir"/>',
    '<Patient xmlns="http://hl7.org/fhir" xmlns:a="http://hl7.org/fhir" xmlns:b="http://hl7.org/fhir"><active a:value="true" b:value="true"/></Patient>',
  ])('%j is refused, and said to be so', (text) => {
    const sentences = read(text)
    expect(sentences).not.toBe('taken')
    for (const sentence of sentences) expect(sentence).toMatch(/^(?:The XML|FHIR is|Patient)/)
  })

  it('the sentence says where', () => {
    expect(read('<Patient xmlns="http://hl7.org/fhir">\n  <active value="true">\n</Patient>')[0]).toMatch(
      /line 3, column \d+/,
    )
  })

  it('whatever is done to good XML, it is taken or refused, and never fails otherwise', () => {
    const good = patientOf(
      '<id value="a"/><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>a</p></div></text><name><given value="A"/></name><birthDate value="1970"/>',
    )
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      '/',
      '&',
      '<!',
      '-->',
      '<?',
      ']]>',
      ':',
      ' ',
      'a',
      '\u0000',
      '<a>',
      '</a>',
      'xmlns=""',
      '\ud800',
    )
    const edit = fc.tuple(fc.nat(good.length), fc.nat(8), piece)
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text = good
        for (const [at, remove, insert] of edits) text = text.slice(0, at) + insert + text.slice(at + remove)
        try {
          format.write(JSON.stringify(format.read(text)))
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
        }
      }),
      { numRuns: 1500 },
    )
  })
})
