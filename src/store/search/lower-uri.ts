import type { Modifier, SearchValue } from '#fhir/search-query.ts'
import { anyOf, type Lowering, never } from './lowering.ts'

/** https://hl7.org/fhir/R4/search.html#uri: equal to the letter; `:below` and `:above` go by the parts of a path. */
export function uriPredicate(
  lowering: Lowering,
  column: string,
  repeats: boolean,
  modifier: Modifier | undefined,
  values: readonly SearchValue[],
): string {
  const uris = values.flatMap((value) => (value.kind === 'uri' ? [value.uri] : []))
  if (uris.length === 0) return never
  if (modifier === 'below') {
    if (!repeats) return anyOf(uris.map((uri) => belowPredicate(lowering, column, uri)))
    const one = lowering.alias()
    const below = anyOf(uris.map((uri) => belowPredicate(lowering, one, uri)))
    return `EXISTS (SELECT FROM unnest(${column}) ${one} WHERE ${below})`
  }
  const texts = modifier === 'above' ? uris.flatMap(pathsAbove) : uris
  if (repeats) return `${column} && ${lowering.bind(texts)}`
  return texts.length === 1
    ? `${column} = ${lowering.bind(texts[0])}`
    : `${column} = ANY(${lowering.bind(texts)})`
}

/** URNs have no hierarchy. */
const hierarchical = /^[a-z][a-z0-9+.-]*:\/\//i

function belowPredicate(lowering: Lowering, column: string, uri: string): string {
  const { bind } = lowering
  if (!hierarchical.test(uri)) return `${column} = ${bind(uri)}`
  const path = uri.endsWith('/') ? uri.slice(0, -1) : uri
  // '0' follows '/' and '}' follows '|' in byte order: all that begins with the path and goes on below it.
  return anyOf([
    `${column} = ${bind(path)}`,
    `(${column} >= ${bind(`${path}/`)} AND ${column} < ${bind(`${path}0`)})`,
    `(${column} >= ${bind(`${path}|`)} AND ${column} < ${bind(`${path}}`)})`,
  ])
}

/** The uri itself and every path that it is under, with and without the slash at the end. */
function pathsAbove(uri: string): string[] {
  if (!hierarchical.test(uri)) return [uri]
  const paths = [uri]
  const host = uri.indexOf('/', uri.indexOf('://') + 3)
  for (
    let slash = uri.lastIndexOf('/');
    host >= 0 && slash >= host;
    slash = uri.lastIndexOf('/', slash - 1)
  ) {
    paths.push(uri.slice(0, slash), uri.slice(0, slash + 1))
  }
  return [...new Set(paths)]
}
