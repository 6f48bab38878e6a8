import { describe, expect, it } from 'vitest'
import { format, refusalOf } from './refusal-of.ts'

const head = '<?xml version="1.0" encoding="UTF-8"?>'
const write = (resource: object) => format.write(JSON.stringify(resource)).slice(head.length + 1)
const patient = (content: object) =>
  write({ resourceType: 'Patient', ...content }).slice(
    '<Patient xmlns="http://hl7.org/fhir">'.length,
    -'</Patient>'.length,
  )

describe('what is written', () => {
  it('elements in the order of the definition, whatever the order of the JSON', () => {
    expect(
      patient({
        birthDate: '1970',
        name: [{ given: ['A', 'B'], family: 'C', id: 'n' }],
        _birthDate: { extension: [{ valueString: 'x', url: 'http://u' }], id: 'b' },
        active: true,
        id: 'p',
      }),
    ).toBe(
      '<id value="p"/><active value="true"/><name id="n"><family value="C"/><given value="A"/><given value="B"/></name>' +
        '<birthDate id="b" value="1970"><extension url="http://u"><valueString value="x"/></extension></birthDate>',
    )
  })

  it('a resource without anything is an empty element', () => {
    expect(write({ resourceType: 'Patient' })).toBe('<Patient xmlns="http://hl7.org/fhir"/>')
  })

  it('what markup would change is escaped; what XML cannot hold is replaced, so that every answer can be read', () => {
    expect(patient({ name: [{ text: '<&>"\'\n\t\r é😀\u0085\u2028' }] })).toBe(
      '<name><text value="&lt;&amp;&gt;&quot;\'&#10;&#9;&#13; é😀\u0085\u2028"/></name>',
    )
    expect(patient({ name: [{ text: 'a\u0001b\u001fc\ufffe' }] })).toBe(
      '<name><text value="a\ufffdb\ufffdc\ufffd"/></name>',
    )
    expect(patient({ name: [{ id: '"><evil', given: ['"/><evil a="'] }] })).toBe(
      '<name id="&quot;&gt;&lt;evil"><given value="&quot;/&gt;&lt;evil a=&quot;"/></name>',
    )
  })

  it('numbers as they were written', () => {
    const text = '{"resourceType":"Observation","valueQuantity":{"value":1.50}}'
    expect(format.write(text)).toContain('<valueQuantity><value value="1.50"/></valueQuantity>')
  })

  it('indented, when asked, except for the narrative', () => {
    const div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>a\n</p></div>'
    const text = JSON.stringify({
      resourceType: 'Patient',
      text: { status: 'generated', div },
      contained: [{ resourceType: 'Basic' }],
    })
    expect(format.write(text, { pretty: true })).toBe(`${head}
<Patient xmlns="http://hl7.org/fhir">
  <text>
    <status value="generated"/>
    ${div}
  </text>
  <contained>
    <Basic/>
  </contained>
</Patient>
`)
  })
})

describe('what has no XML form', () => {
  it.each<[resource: object, place: string]>([
    [{ resourceType: 'Patient', shoe: 1 }, 'Patient.shoe'],
    [{ resourceType: 'Patient', name: [{ given: ['A'] }, { __proto_: 1 }] }, 'Patient.name[1].__proto_'],
    [{ resourceType: 'Patient', name: ['Ann'] }, 'Patient.name[0]'],
    [{ resourceType: 'Patient', birthDate: { value: 1 } }, 'Patient.birthDate'],
    [{ resourceType: 'Patient', extension: [{ url: 'u', _url: { id: 'x' } }] }, 'Patient.extension[0]._url'],
    [{ resourceType: 'Patient', contained: [{ resourceType: 'Shoe' }] }, 'Patient.contained[0]'],
    [{ resourceType: 'Shoe' }, 'its type'],
    [[], 'its type'],
  ])('%j is named with its place', (resource, place) => {
    expect(refusalOf(() => write(resource))).toEqual([
      `The answer cannot be written in XML because of ${place}: ask for it in JSON.`,
    ])
  })
})
