import { describe, expect, it } from 'vitest'
import { format, patientOf, refusalOf } from './refusal-of.ts'

const xhtml = 'xmlns="http://www.w3.org/1999/xhtml"'
const divOf = (xml: string) => (format.read(xml) as { text: { div: string } }).text.div
const read = (div: string) => divOf(patientOf(`<text><status value="generated"/>${div}</text>`))
const write = (div: unknown) => format.write(JSON.stringify({ resourceType: 'Patient', text: { div } }))

describe('a narrative', () => {
  it.each([
    `<div ${xhtml}/>`,
    `<div ${xhtml}></div >`,
    `<div ${xhtml} xml:lang="de" class='x'>\r\n\t<br/><br /> &lt;&#233;&#xe9; "quoted" 'so'</div>`,
    `<div ${xhtml}><!-- kept --><![CDATA[<b>]]><?so too?></div>`,
    `<div ${xhtml}><div><div/></div></div>`,
    `<div ${xhtml}><s:svg xmlns:s="http://www.w3.org/2000/svg" s:a="1"/></div>`,
    `<div ${xhtml}>${'é😀'.repeat(1000)}</div>`,
  ])('%s stays as it is, character by character', (div) => {
    expect(read(div)).toBe(div)
    expect(write(div)).toContain(div)
  })

  it('brings along what it takes from outside', () => {
    const around = (content: string) =>
      `<f:Patient xmlns:f="http://hl7.org/fhir" xmlns="http://www.w3.org/1999/xhtml" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:q="a&amp;&quot;b"><f:text>${content}</f:text></f:Patient>`
    expect(divOf(around('<div>a<h:b/></div>'))).toBe(
      `<div ${xhtml} xmlns:h="http://www.w3.org/1999/xhtml">a<h:b/></div>`,
    )
    expect(divOf(around('<h:div/>'))).toBe('<h:div xmlns:h="http://www.w3.org/1999/xhtml"/>')
    expect(divOf(around('<div><p q:x="1"/></div>'))).toBe(
      `<div ${xhtml} xmlns:q="a&amp;&quot;b"><p q:x="1"/></div>`,
    )
    for (const div of ['<div>a<h:b/></div>', '<h:div/>', '<div><p q:x="1"/></div>']) {
      expect(read(divOf(around(div)))).toBe(divOf(around(div)))
    }
  })

  it('written without its namespace in JSON gets it in XML', () => {
    expect(write('<div>a</div>')).toContain(`<div ${xhtml}>a</div>`)
    expect(write('<div/>')).toContain(`<div ${xhtml}/>`)
    expect(write(' <?xml version="1.0"?><div/> '.trim())).toContain(`<div ${xhtml}/>`)
  })

  it.each([
    'no markup',
    '',
    `<div ${xhtml}>`,
    `<p ${xhtml}/>`,
    '<div xmlns=""/>',
    '<div xmlns="http://hl7.org/fhir"/>',
    `<div ${xhtml}/></text><active value="true"/><text>`,
    `<div ${xhtml}/><div ${xhtml}/>`,
    `</text><div ${xhtml}/>`,
    `<div ${xhtml}>&nbsp;</div>`,
    `<!DOCTYPE div [<!ENTITY x "y">]><div ${xhtml}>&x;</div>`,
    `<div ${xhtml}>\u0001</div>`,
    `<div ${xhtml}><b></div></b>`,
    7,
  ])('%j from JSON could not stand in XML: the answer says to ask for JSON', (div) => {
    expect(refusalOf(() => write(div))).toEqual([
      'The answer cannot be written in XML because of Patient.text.div: ask for it in JSON.',
    ])
  })
})
