import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Refusal } from '#fhir/refusal.ts'
import { readForm } from '../read-bytes.ts'
import type { WebExchange, WebRoad } from '../web-exchange.ts'
import { readAsset } from './assets.ts'
import { buildCookie, type CookieName, readCookies } from './cookies.ts'
import { buildErrorPage } from './error-page.ts'
import { buildFormToken, checkFormToken } from './form-token.ts'
import { chooseLanguage, isLanguage, type Language, sayIn } from './language.ts'
import { buildDocument } from './layout.ts'
import type { PageAnswer, PageRequest } from './page.ts'
import { buildPageHeaders } from './page-headers.ts'
import type { People } from './people.ts'
import type { Route } from './route.ts'
import { findRoute, ownPath } from './routes.ts'

const dayLong = 24 * 3_600
const yearLong = 365 * dayLong

/** Serves the pages. A form is read and its token checked here, so no page is reached by a forged one. */
export function createPagesRoad(people: People, formKey: Uint8Array): WebRoad {
  return async (exchange) => {
    const { req, path, origin } = exchange
    if (!ownPath(path)) return false
    const method = req.method === 'HEAD' ? 'GET' : req.method
    const asset = method === 'GET' ? await readAsset(path) : undefined
    if (asset !== undefined) {
      exchange.res.writeHead(200, {
        'Content-Type': asset.contentType,
        'Cache-Control': 'public, max-age=300',
        'X-Content-Type-Options': 'nosniff',
      })
      exchange.res.end(asset.body)
      return true
    }
    const secure = origin.startsWith('https:')
    const cookies = readCookies(req.headers.cookie, secure)
    const chosen = exchange.query.get('lang')
    const language: Language = isLanguage(chosen)
      ? chosen
      : isLanguage(cookies.language)
        ? cookies.language
        : chooseLanguage(req.headers['accept-language'])
    const browser = cookies.browser ?? randomBytes(32).toString('base64url')
    const visit: Visitor = {
      exchange,
      language,
      browser,
      known: cookies.browser !== undefined,
      visit: cookies.visit,
    }
    const answer = await answerOrExplain(people, formKey, visit, method ?? '')
    const set = (name: CookieName, value: string | null, seconds?: number): void => {
      exchange.res.appendHeader('Set-Cookie', buildCookie(name, value, secure, seconds))
    }
    if (cookies.browser === undefined) set('browser', browser, dayLong)
    if (isLanguage(chosen) && chosen !== cookies.language) set('language', chosen, yearLong)
    if (answer.visit !== undefined) set('visit', answer.visit)
    send(exchange, answer, language, secure)
    return true
  }
}

interface Visitor {
  readonly exchange: WebExchange
  readonly language: Language
  readonly browser: string
  readonly known: boolean
  readonly visit: string | undefined
}

async function answerOrExplain(
  people: People,
  formKey: Uint8Array,
  visitor: Visitor,
  method: string,
): Promise<PageAnswer> {
  const say = sayIn(visitor.language)
  try {
    const found = findRoute(method, visitor.exchange.path)
    return await visitPage(people, formKey, visitor, found)
  } catch (error) {
    if (error instanceof Refusal && error.status < 500)
      return buildErrorPage(say, error, visitor.exchange.requestId)
    people.onFault('A page failed', error)
    return buildErrorPage(say, undefined, visitor.exchange.requestId)
  }
}

async function visitPage(
  people: People,
  formKey: Uint8Array,
  { exchange, language, browser, known, visit }: Visitor,
  { route, parameters }: { readonly route: Route; readonly parameters: readonly string[] },
): Promise<PageAnswer> {
  const session = route.signedIn ? await people.sessions.current(exchange) : undefined
  const formToken = buildFormToken(formKey, browser, session?.uid)
  const form = route.method === 'POST' ? await readForm(exchange.req) : new URLSearchParams()
  if (route.method === 'POST') checkFormToken(exchange, form.get('form_token'), known ? formToken : undefined)
  const request: PageRequest = {
    exchange,
    path: exchange.path,
    parameters,
    query: exchange.query,
    form,
    visit,
    language,
    say: sayIn(language),
    formToken,
  }
  return route.answer(people, request, session)
}

function send(exchange: WebExchange, answer: PageAnswer, language: Language, secure: boolean): void {
  const { res, req, path } = exchange
  const query = new URLSearchParams(exchange.query)
  query.delete('lang')
  for (const [name, value] of Object.entries(buildPageHeaders(secure, answer.page?.formTargets)))
    res.setHeader(name, value)
  for (const [name, value] of Object.entries(answer.headers ?? {})) res.setHeader(name, value)
  res.statusCode = answer.status
  if (answer.location !== undefined) res.setHeader('Location', answer.location)
  if (answer.page === undefined) end(res, '')
  else {
    res.setHeader('Content-Type', 'text/html; charset=utf-8')
    res.setHeader('Content-Language', language)
    res.setHeader('Vary', 'Accept-Language, Cookie')
    const text = buildDocument(answer.page, { language, say: sayIn(language), path, query })
    end(res, req.method === 'HEAD' ? '' : text)
  }
}

function end(res: ServerResponse, text: string): void {
  res.end(text)
}
