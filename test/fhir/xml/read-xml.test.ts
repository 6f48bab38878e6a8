import { describe, expect, it } from 'vitest'
import { format, patientOf, refusalOf } from './refusal-of.ts'

const read = (content: string) => format.read(patientOf(content)) as Record<string, unknown>
const refused = (content: string) => refusalOf(() => read(content))

/** https://hl7.org/fhir/R4/xml.html and json.html, side by side. */
describe('what an element becomes', () => {
  it('a primitive is its value: text, number or truth', () => {
    expect(
      read('<active value="true"/><birthDate value="1970-03-30"/><multipleBirthInteger value="3"/>'),
    ).toEqual({
      resourceType: 'Patient',
      active: true,
      birthDate: '1970-03-30',
      multipleBirthInteger: 3,
    })
  })

  it('its id and extensions stand beside it, with or without a value', () => {
    const extension = '<extension url="http://clinic.example/when"><valueString value="Easter"/></extension>'
    const extended = { extension: [{ url: 'http://clinic.example/when', valueString: 'Easter' }] }
    expect(read(`<birthDate id="a1" value="1970-03-30">${extension}</birthDate>`)).toMatchObject({
      birthDate: '1970-03-30',
      _birthDate: { id: 'a1', ...extended },
    })
    const without = read(`<birthDate>${extension}</birthDate>`)
    expect(without).toMatchObject({ _birthDate: extended })
    expect(without).not.toHaveProperty('birthDate')
  })

  it('of a list, null fills both arrays; an array of nothing but null is left out', () => {
    const extension = '<extension url="http://clinic.example/x"><valueBoolean value="true"/></extension>'
    const extended = { extension: [{ url: 'http://clinic.example/x', valueBoolean: true }] }
    const name = (given: string) => (read(`<name>${given}</name>`).name as object[])[0]
    expect(name('<given value="A"/><given value="B"/>')).toEqual({ given: ['A', 'B'] })
    expect(
      name(`<given value="A"/><given id="b" value="B"/><given>${extension}</given><given value="D"/>`),
    ).toEqual({
      given: ['A', 'B', null, 'D'],
      _given: [null, { id: 'b' }, extended, null],
    })
    expect(name(`<given>${extension}</given><given value="B"/>`)).toEqual({
      given: [null, 'B'],
      _given: [extended, null],
    })
    expect(name(`<given>${extension}</given><given>${extension}</given>`)).toEqual({
      _given: [extended, extended],
    })
  })

  it('decimals keep their digits', () => {
    const observation = (value: string) =>
      JSON.stringify(
        format.read(
          `<Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="${value}"/></valueQuantity></Observation>`,
        ),
      )
    for (const value of ['1.0', '0.010', '1e3', '-7', '12345678901234567890.1234567890']) {
      expect(observation(value)).toContain(`"value":${value}}`)
    }
  })

  it('a resource within stands in the element around it', () => {
    const bundle = format.read(`<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>
      <entry><resource><Patient><contained><Organization><id value="o"/></Organization></contained>
        <contained><Location><id value="l"/></Location></contained></Patient></resource></entry></Bundle>`)
    expect(bundle).toEqual({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        {
          resource: {
            resourceType: 'Patient',
            contained: [
              { resourceType: 'Organization', id: 'o' },
              { resourceType: 'Location', id: 'l' },
            ],
          },
        },
      ],
    })
  })

  it('elements that are defined elsewhere nest as deep as a form does', () => {
    const item = (content: string) => `<item><linkId value="1"/>${content}</item>`
    expect(
      format.read(`<Questionnaire xmlns="http://hl7.org/fhir">${item(item(item('')))}</Questionnaire>`),
    ).toMatchObject({ item: [{ linkId: '1', item: [{ linkId: '1', item: [{ linkId: '1' }] }] }] })
  })

  it('references to characters are the characters; white space in a value is kept where XML keeps it', () => {
    const { name } = read('<name><text value="&#65;&#x1F600; &lt;&amp;&quot;&apos;&#10;b&#9;c\n d"/></name>')
    expect(name).toEqual([{ text: 'A😀 <&"\'\nb\tc  d' }])
  })

  it('declaration, comments, processing instructions, schema hints and blanks are no content', () => {
    const text = `<?xml version='1.0' encoding='utf-8' standalone="yes"?>\r\n<!-- one --><?xml-stylesheet href="x"?>
      <f:Patient xmlns:f="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
        xsi:schemaLocation="http://hl7.org/fhir patient.xsd">\t<!-- two --><f:active value='false' ></f:active
      ><?three four?></f:Patient>\n<!-- five -->`
    expect(format.read(text)).toEqual({ resourceType: 'Patient', active: false })
  })
})

describe('what is refused, with its place', () => {
  it.each<[content: string, sentence: string]>([
    ['<nickname value="A"/>', "Patient has no element 'nickname'; check its spelling and its place."],
    ['<Active value="true"/>', "Patient has no element 'Active'; check its spelling and its place."],
    [
      '<name><use value="usual"/><shoe/></name>',
      "Patient.name[0] has no element 'shoe'; check its spelling and its place.",
    ],
    [
      '<name/><name><shoe/></name>',
      "Patient.name[1] has no element 'shoe'; check its spelling and its place.",
    ],
    ['<active value="true"/><active value="true"/>', 'Patient has active twice; it occurs once.'],
    [
      '<birthDate value="1970"/><active value="true"/>',
      'Patient has active after birthDate: R4 has it before.',
    ],
    ['<name/><gender value="male"/><name/>', 'Patient has name after gender: R4 has it before.'],
    [
      '<deceasedBoolean value="true"/><deceasedDateTime value="2020"/>',
      'Patient has deceased in more than one form; keep one.',
    ],
    ['<active value="1"/>', 'Patient.active must be true or false.'],
    ['<multipleBirthInteger value="+3"/>', 'Patient.multipleBirth must be a number, written as in JSON.'],
    ['<multipleBirthInteger value=" 3"/>', 'Patient.multipleBirth must be a number, written as in JSON.'],
    ['<multipleBirthInteger value="0x10"/>', 'Patient.multipleBirth must be a number, written as in JSON.'],
    ['<active/>', 'Patient.active is empty; leave the element out.'],
    ['<active>true</active>', 'Patient.active holds text; in FHIR a value stands in the attribute "value".'],
    [
      '<active value="true"><![CDATA[x]]></active>',
      'Patient.active holds text; in FHIR a value stands in the attribute "value".',
    ],
    ['loose', 'Patient holds text; in FHIR a value stands in the attribute "value".'],
    ['\u00a0', 'Patient holds text; in FHIR a value stands in the attribute "value".'],
    ['<active value="true" units="x"/>', "Patient.active has no attribute 'units'."],
    ['<name value="Ann"/>', "Patient.name[0] has no attribute 'value'."],
    ['<name url="Ann"/>', "Patient.name[0] has no attribute 'url'."],
    ['<name xml:id="a"/>', "Patient.name[0] has no attribute 'xml:id'."],
    ['<name><id value="a"/></name>', "Patient.name[0] has no element 'id'; it is an attribute."],
    [
      '<extension><url value="http://x"/></extension>',
      "Patient.extension[0] has no element 'url'; it is an attribute.",
    ],
    [
      '<active xmlns="http://other.example" value="true"/>',
      'Patient has active in another namespace: it belongs to http://hl7.org/fhir.',
    ],
    [
      '<active xmlns="" value="true"/>',
      'Patient has active in another namespace: it belongs to http://hl7.org/fhir.',
    ],
    [
      '<text><div><p/></div></text>',
      'Patient.text has div in another namespace: it belongs to http://www.w3.org/1999/xhtml.',
    ],
    ['<contained/>', 'Patient.contained[0] holds no resource.'],
    ['<contained id="x"><Patient/></contained>', "Patient.contained[0] has no attribute 'id'."],
    [
      '<contained><Patient/><Patient/></contained>',
      'Patient.contained[0] holds one resource: put the next into an element of its own.',
    ],
    [
      '<contained><Patient><shoe/></Patient></contained>',
      "Patient.contained[0] has no element 'shoe'; check its spelling and its place.",
    ],
  ])('%s', (content, sentence) => {
    expect(refused(content)).toContain(sentence)
  })

  it('a resource that R4 does not have, outside or inside', () => {
    expect(refused('<contained><Shoe/></contained>')).toContain(
      'Patient.contained[0] is Shoe, which is no resource of R4.',
    )
    const outer = (text: string) => refusalOf(() => format.read(text))
    expect(outer('<Shoe xmlns="http://hl7.org/fhir"/>')).toEqual([
      'The XML is Shoe, which is no resource of R4.',
    ])
    expect(outer('<HumanName xmlns="http://hl7.org/fhir"/>')).toEqual([
      'The XML is HumanName, which is no resource of R4.',
    ])
    expect(outer('<constructor xmlns="http://hl7.org/fhir"/>')).toEqual([
      'The XML is constructor, which is no resource of R4.',
    ])
    const [sentence] = outer('<Patient/>')
    expect(sentence).toContain('write xmlns="http://hl7.org/fhir"')
  })

  it('everything at once, and no more than a person reads', () => {
    expect(refused('<a/><active value="no"/><b><c/></b><name><d/></name>')).toHaveLength(4)
    const many = refused('<shoe/>'.repeat(100_000))
    expect(many).toHaveLength(101)
    expect(many.at(-1)).toBe('The rest was not looked at.')
  })

  it('quotes no more than an excerpt of what was sent', () => {
    const long = 'x'.repeat(100_000)
    const texts = [
      patientOf(`<${long}/>`),
      patientOf(`<active ${long}="1"/>`),
      patientOf(`<active value="${long}"/>`),
      patientOf(`<active>`.concat(`</${long}>`)),
      patientOf(`&${long};`),
      `<${long} xmlns="http://hl7.org/fhir"/>`,
      `<${long}:a/>`,
    ]
    for (const text of texts) {
      const sentences = refusalOf(() => format.read(text))
      expect(sentences).not.toBe('taken')
      expect(JSON.stringify(sentences).length).toBeLessThan(500)
    }
  })
})
