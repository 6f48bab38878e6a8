import { isObject, put } from '../spots.ts'
import type { Mutator } from './mutator.ts'

const xmlns = 'xmlns="http://www.w3.org/1999/xhtml"'

/** https://hl7.org/fhir/R4/narrative.html#xhtml: what a div may hold, and forms that it may not. */
const divs: Readonly<Record<string, readonly string[]>> = {
  'narrative-fine': [
    `<div ${xmlns}><p>Ada <b>Keller</b><br/>&lt;1980&gt; &#169;</p></div>`,
    `<div ${xmlns}><table class="x"><tr><td colspan="2">a</td></tr></table></div>`,
    `<div ${xmlns} xml:lang="de" lang="de"><a href="http://example.org">x</a><img src="http://example.org/x.png" alt="x"/></div>`,
  ],
  'narrative-active': [
    `<div ${xmlns}><script>alert(1)</script></div>`,
    `<div ${xmlns}><p onclick="alert(1)">x</p></div>`,
    `<div ${xmlns}><iframe src="http://example.org"/></div>`,
    `<div ${xmlns}><form action="x"><input name="x"/></form></div>`,
    `<div ${xmlns}><object data="x"/>x</div>`,
    `<div ${xmlns}><style>p { color: red }</style>x</div>`,
    `<div ${xmlns}><link rel="stylesheet" href="x"/>x</div>`,
  ],
  'narrative-malformed': [
    `<div ${xmlns}><p>x</div>`,
    `<div ${xmlns}>x`,
    `<div ${xmlns}>a & b</div>`,
    `<div ${xmlns}>a < b</div>`,
    'x',
    `<p ${xmlns}>x</p>`,
    `<div ${xmlns}>x</div><div ${xmlns}>y</div>`,
  ],
  'narrative-empty': [`<div ${xmlns}></div>`, `<div ${xmlns}/>`, `<div ${xmlns}><p> </p></div>`],
  'narrative-no-namespace': ['<div>x</div>', '<div xmlns="http://example.org">x</div>'],
}

export const narrativeMutators: readonly Mutator[] = [
  ...Object.entries(divs).map(
    ([kind, values]): Mutator => ({
      kind,
      applies: ({ type, value }) => type === 'Narrative' && isObject(value),
      change: (spot, random) => put(spot, { status: 'generated', div: random.pick(values) }),
    }),
  ),
]
