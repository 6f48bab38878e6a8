import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Clinic, expectNoLeak, expectRefusal, openClinic } from './clinic.ts'

let clinic: Clinic

beforeAll(async () => {
  clinic = await openClinic()
  for (let index = 0; index < 5; index++) {
    await clinic.create({
      resourceType: 'Patient',
      identifier: [{ value: `n${index}` }],
      name: [{ family: 'Ng' }],
    })
  }
})
afterAll(() => clinic[Symbol.asyncDispose]())

interface Found {
  readonly total?: number
  readonly entry?: readonly { readonly resource: { readonly id: string; readonly resourceType: string } }[]
  readonly link: readonly { readonly relation: string; readonly url: string }[]
}

/** Answered well, or refused well: a search never breaks the server. */
async function expectHandled(path: string): Promise<Response> {
  const response = await clinic.send(path)
  if (response.status === 200) {
    const text = await response.clone().text()
    expect(JSON.parse(text)).toMatchObject({ resourceType: 'Bundle', type: 'searchset' })
  } else {
    await expectRefusal(response.clone(), [400, 414, 431])
  }
  return response
}

describe('searches that ask too much', () => {
  it('three hundred values are a search like any other', async () => {
    const ids = Array.from({ length: 300 }, (_, index) => `n${index}`).join(',')
    const response = await clinic.send(`/Patient?identifier=${ids}&_total=accurate`)
    expect(response.status).toBe(200)
    expect(((await response.json()) as Found).total).toBe(5)
    for (const name of [
      '_id',
      'family',
      'birthdate',
      'general-practitioner',
      '_tag',
      'organization',
      '_security',
    ]) {
      const value = name === 'birthdate' ? '2026-01-01' : 'Practitioner/x'
      await expectHandled(`/Patient?${name}=${Array(300).fill(value).join(',')}`)
    }
    await expectHandled(`/Patient?${Array(300).fill('family=Ng').join('&')}`)
  })

  it('values past any sense are refused with a sentence', async () => {
    const body = `identifier=${Array(200_000).fill('a').join(',')}`
    const response = await clinic.send('/Patient/_search', {
      body,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    })
    expect([200, 400]).toContain(response.status)
    if (response.status === 400) await expectRefusal(response, 400)
  })

  it('a chain of twenty levels, and a _has of twenty', async () => {
    await expectHandled(`/Organization?${'partof:Organization.'.repeat(20)}name=x`)
    await expectHandled(`/Organization?${'_has:Organization:partof:'.repeat(20)}name=x`)
    await expectHandled(`/Observation?${'has-member:Observation.'.repeat(20)}code=x`)
    await expectHandled(`/Observation?${'has-member.'.repeat(20)}code=x`)
  })

  it('_count=1e9, and every other number that is none', async () => {
    for (const count of [
      '1e9',
      '1000000000',
      '99999999999999999999',
      '-1',
      '0.5',
      'NaN',
      'Infinity',
      '',
      '٣',
      "1'--",
      '0x10',
    ]) {
      const response = await expectHandled(`/Patient?_count=${encodeURIComponent(count)}`)
      if (response.status === 200) {
        const { entry = [] } = (await response.json()) as Found
        expect(entry.length).toBeLessThanOrEqual(6)
      }
    }
  })

  it('includes that go round in a circle come to an end', async () => {
    const task = (part?: string) => ({
      resourceType: 'Task',
      status: 'draft',
      intent: 'plan',
      ...(part !== undefined && { partOf: [{ reference: `Task/${part}` }] }),
    })
    const one = await clinic.create(task())
    const two = await clinic.create(task(one))
    const back = { ...task(two), id: one }
    expect((await clinic.send(`/Task/${one}`, { method: 'PUT', body: back })).status).toBe(200)
    await clinic.send('/Task/self', { method: 'PUT', body: { ...task('self'), id: 'self' } })
    for (const id of [one, 'self']) {
      for (const include of [
        '_include:iterate=Task:part-of',
        '_revinclude:iterate=Task:part-of',
        '_include:iterate=*',
        '_include:iterate=Task:part-of&_revinclude:iterate=Task:part-of',
      ]) {
        const response = await expectHandled(`/Task?_id=${id}&${include}`)
        if (response.status !== 200) continue
        const ids = ((await response.json()) as Found).entry?.map(({ resource }) => resource.id) ?? []
        expect(new Set(ids).size).toBe(ids.length)
      }
    }
  }, 60_000)

  it('a thousand includes and sorts', async () => {
    await expectHandled(`/Patient?${Array(500).fill('_include=Patient:organization').join('&')}`)
    await expectHandled(`/Patient?_sort=${Array(500).fill('birthdate').join(',')}`)
    await expectHandled(`/Patient?_elements=${Array(2000).fill('name').join(',')}`)
  })

  it('patterns that would hang a regular expression', async () => {
    for (const bomb of [
      `${'a'.repeat(5000)}!`,
      `${'(a+)+'.repeat(50)}$`,
      '%'.repeat(2000),
      '_'.repeat(2000),
      '\\'.repeat(1999),
      `${'a,'.repeat(999)}\\`,
      `${'|'.repeat(3000)}`,
      `${'$'.repeat(3000)}`,
      `${' '.repeat(5000)}x`,
      `${'0'.repeat(5000)}.${'9'.repeat(5000)}e`,
      `2026-01-01T00:00:00.${'0'.repeat(5000)}Z`,
      `http://${'a.'.repeat(2000)}`,
    ]) {
      const value = encodeURIComponent(bomb)
      for (const name of [
        'family',
        'family:contains',
        'family:exact',
        'identifier',
        'birthdate',
        '_id',
        '_text',
        '_content',
        '_filter',
        '_lastUpdated',
      ]) {
        await expectHandled(`/Patient?${name}=${value}`)
      }
      await expectHandled(`/Observation?value-quantity=${value}`)
      await expectHandled(`/ValueSet?url:below=${value}`)
    }
  }, 60_000)

  it('filters nested without end', async () => {
    await expectHandled(`/Patient?_filter=${'('.repeat(2000)}`)
    await expectHandled(
      `/Patient?_filter=${encodeURIComponent(`${'not ('.repeat(500)}family eq "x"${')'.repeat(500)}`)}`,
    )
    await expectHandled(
      `/Patient?_filter=${encodeURIComponent(Array(500).fill('family eq "x"').join(' or '))}`,
    )
  })
})

describe('searches that make no sense', () => {
  it.each<[path: string, expression: string]>([
    ['/Patient?birthdate=2026-02-30', 'birthdate'],
    ['/Patient?birthdate=ge2026-13-01', 'birthdate'],
    ['/Patient?birthdate=yesterday', 'birthdate'],
    ['/Patient?_lastUpdated=xx2026', '_lastUpdated'],
    ['/Observation?value-quantity=heavy', 'value-quantity'],
    ['/Patient?active:missing=perhaps', 'active'],
    ['/Patient?family:nonsense=x', 'family'],
    ['/Patient?_has:Observation=x', '_has'],
    ['/Patient?_total=sometimes', '_total'],
    ['/Patient?_summary=sometimes', '_summary'],
    ['/Patient?_filter=family%20like', '_filter'],
  ])('%s is 400, and says which parameter', async (path, expression) => {
    await expectRefusal(await clinic.send(path), 400, { expression })
  })

  it('an unknown parameter is ignored when lenient, refused when strict', async () => {
    const lenient = await clinic.send('/Patient?nonsense=1')
    expect(lenient.status).toBe(200)
    const text = await lenient.text()
    expect((JSON.parse(text) as Found).link.find(({ relation }) => relation === 'self')?.url).not.toContain(
      'nonsense',
    )
    expect(text).toContain('OperationOutcome')
    const strict = await clinic.send('/Patient?nonsense=1', { headers: { Prefer: 'handling=strict' } })
    await expectRefusal(strict, 400, { expression: 'nonsense' })
    const sorted = await clinic.send('/Patient?_sort=nonsense', { headers: { Prefer: 'handling=strict' } })
    await expectRefusal(sorted, 400, { expression: '_sort' })
  })

  it('an unknown _format is 406 on every interaction', async () => {
    const id = await clinic.create({ resourceType: 'Patient' })
    for (const path of ['/Patient', `/Patient/${id}`, `/Patient/${id}/_history`, '/metadata', '/']) {
      for (const format of ['ttl', 'application/fhir+turtle', 'nonsense', "json'--", '']) {
        const response = await clinic.send(`${path}?_format=${encodeURIComponent(format)}`)
        await expectRefusal(response, 406, { expression: '_format' })
      }
    }
  })

  it('NUL, broken percent signs and bytes that are no UTF-8 are 400', async () => {
    for (const value of ['%00', 'a%00b', '%zz', '%C3%28', '%', '%ED%A0%80']) {
      await expectRefusal(await clinic.send(`/Patient?family=${value}`), 400)
      await expectRefusal(await clinic.send(`/Patient?${value}=1`), 400)
    }
  })
})

describe('paging links', () => {
  const nextOf = async (path: string) => {
    const { link } = (await (await clinic.send(path)).json()) as Found
    return link.find(({ relation }) => relation === 'next')?.url as string
  }

  it('a link that was tampered with anywhere is refused', async () => {
    const next = await nextOf('/Patient?family=Ng&_count=2')
    expect((await clinic.send(next)).status).toBe(200)
    const url = new URL(next)
    const [name, token] = [...url.searchParams].sort(([, a], [, b]) => b.length - a.length)[0] as [
      string,
      string,
    ]
    const altered = [
      ...Array.from({ length: 12 }, (_, index) => {
        const at = Math.floor((token.length * index) / 12)
        return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      }),
      token.slice(0, -1),
      token.slice(1),
      `${token}A`,
      token + token,
      '',
      'null',
      Buffer.from('{"id":"x"}').toString('base64url'),
      "' or 1=1 --",
      'A'.repeat(token.length),
    ]
    for (const value of altered) {
      const forged = new URL(next)
      forged.searchParams.set(name, value)
      const response = await clinic.send(forged.href)
      if (value === '' && response.status === 200) continue
      await expectRefusal(response, [400, 410])
    }
  })

  it('a link fits its own search only', async () => {
    const next = new URL(await nextOf('/Patient?family=Ng&_count=2'))
    for (const change of [
      (url: URL) => url.searchParams.set('family', 'Other'),
      (url: URL) => url.searchParams.delete('family'),
      (url: URL) => url.searchParams.append('gender', 'male'),
      (url: URL) => {
        url.pathname = url.pathname.replace('Patient', 'Organization')
      },
    ]) {
      const forged = new URL(next)
      change(forged)
      await expectRefusal(await clinic.send(forged.href), [400, 410])
    }
  })

  it('a link of one clinic opens nothing in another', async () => {
    const next = new URL(await nextOf('/Patient?family=Ng&_count=2'))
    const north = `Bearer ${await clinic.server.token({ scope: 'system/*.cruds', clinic: 'north' })}`
    next.pathname = next.pathname.replace('/fhir', '/c/north/fhir')
    await expectRefusal(await clinic.send(next.href, { headers: { Authorization: north } }), [400, 410])
  })
})

describe('nothing of this is told to the log', () => {
  it('search values stay out of it', async () => {
    await clinic.send('/Patient?family=MARKER-Zaphod&birthdate=MARKER-nonsense')
    await clinic.send('/Patient?family=MARKER-Zaphod')
    expect(clinic.server.log()).not.toContain('MARKER')
    expectNoLeak(await (await clinic.send('/Patient?birthdate=nonsense')).text())
  })
})
