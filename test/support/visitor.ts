import { setTimeout } from 'node:timers/promises'

export interface Sheet {
  readonly status: number
  readonly url: string
  readonly headers: Headers
  readonly text: string
}

export interface SentForm {
  readonly action: string
  readonly fields: URLSearchParams
}

/** A browser without scripts: keeps cookies, follows nothing by itself, reads the forms of a page. */
export class Visitor {
  readonly origin: string
  readonly cookies = new Map<string, string>()
  readonly headers: Record<string, string>
  sheet: Sheet = { status: 0, url: '', headers: new Headers(), text: '' }

  constructor(origin: string, headers: Record<string, string> = {}) {
    this.origin = origin
    this.headers = headers
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Sheet> {
    return this.#ask(path, { headers })
  }

  /** Follows as long as it stays at this server. */
  async follow(path: string): Promise<Sheet> {
    await this.get(path)
    return this.#followOn()
  }

  /** The form whose action ends so, its fields as they stand in the page and as given; then on to where it leads. */
  async submit(
    action: string,
    fields: Readonly<Record<string, string | readonly string[]>> = {},
  ): Promise<Sheet> {
    await this.post(this.form(action), fields)
    return this.#followOn()
  }

  async post(
    form: SentForm,
    fields: Readonly<Record<string, string | readonly string[]>> = {},
    headers: Record<string, string> = {},
  ): Promise<Sheet> {
    const body = new URLSearchParams(form.fields)
    for (const [name, value] of Object.entries(fields)) {
      body.delete(name)
      for (const one of [value].flat()) body.append(name, one)
    }
    return this.#ask(form.action, {
      method: 'POST',
      body: body.toString(),
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Origin: this.origin,
        'Sec-Fetch-Site': 'same-origin',
        ...headers,
      },
    })
  }

  form(action: string): SentForm {
    const form = formsOf(this.sheet.text).find((one) => one.action.split('?')[0]?.endsWith(action))
    if (form === undefined) throw new Error(`no form to ${action} on ${this.sheet.url}:\n${this.sheet.text}`)
    return form
  }

  get forms(): readonly SentForm[] {
    return formsOf(this.sheet.text)
  }

  /** The newest letter to an address, once it is there. */
  async letter(to: string, about = /./, after?: string): Promise<string> {
    for (let tries = 0; tries < 500; tries += 1) {
      const found = await this.newestLetter(to, about)
      if (found !== undefined && found !== after) return found
      await setTimeout(20)
    }
    throw new Error(`no letter to ${to}`)
  }

  async newestLetter(to: string, about = /./): Promise<string | undefined> {
    const outbox = await (await fetch(`${this.origin}/dev/mail`)).text()
    return outbox
      .split('<article>')
      .slice(1)
      .map(unescapeHtml)
      .find((letter) => letter.includes(`To ${to},`) && about.test(letter))
  }

  async #followOn(): Promise<Sheet> {
    for (let hops = 0; hops < 12; hops += 1) {
      const location = this.sheet.headers.get('location')
      if (location === null) break
      const next = new URL(location, this.sheet.url)
      if (next.origin !== this.origin) break
      await this.get(next.pathname + next.search)
    }
    return this.sheet
  }

  async #ask(path: string, init: RequestInit): Promise<Sheet> {
    const url = new URL(path, this.origin).href
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = {
      Accept: 'text/html',
      ...this.headers,
      ...(init.headers as Record<string, string>),
      Cookie: cookie,
    }
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(set)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    this.sheet = { status: answer.status, url, headers: answer.headers, text: await answer.text() }
    return this.sheet
  }
}

function formsOf(text: string): SentForm[] {
  return [...text.matchAll(/<form ([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head = '', inside = '']) => {
    const fields = new URLSearchParams()
    for (const [, attributes = ''] of inside.matchAll(/<input ([^>]*)>/g)) {
      const name = attributeOf(attributes, 'name')
      const type = attributeOf(attributes, 'type')
      const boxed = type === 'checkbox' || type === 'radio'
      if (name !== undefined && (!boxed || / checked/.test(attributes)))
        fields.append(name, attributeOf(attributes, 'value') ?? '')
    }
    return { action: attributeOf(head, 'action') ?? '', fields }
  })
}

function attributeOf(attributes: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1]
  return value === undefined ? undefined : unescapeHtml(value)
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}

export function codeOf(letter: string): string {
  return (/(\d{4} \d{4})/.exec(letter)?.[1] ?? '').replace(' ', '')
}

export function linkOf(letter: string): string {
  const link = /href="([^"]+)"/.exec(letter)?.[1] ?? ''
  return link.slice(new URL(link).origin.length)
}
