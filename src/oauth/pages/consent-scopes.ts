import { contextScopes } from '../server/scopes.ts'
import { criteriaOf, partsOf } from './record-parts.ts'

/** What an app asks for, in the pieces that somebody can say yes or no to. */
export interface AskedPiece {
  /** What the form sends back. */
  readonly value: string
  readonly kind: 'see' | 'change'
  /** Letters of `cruds` that it is made of. */
  readonly letters: string
}

export interface AskedScope {
  readonly index: number
  readonly written: string
  readonly context: 'patient' | 'user'
  readonly type: string
  readonly criteria: string
  readonly pieces: readonly AskedPiece[]
}

export interface AskedScopes {
  readonly records: readonly AskedScope[]
  /** Goes on when its user is away. */
  readonly offline: boolean
  readonly identity: boolean
  /** Agreed to along with the rest: where the app was opened, who signed in. */
  readonly plain: readonly string[]
}

const resourceScope = /^(patient|user)\/(\*|[A-Za-z]+)\.([a-z]+|\*)(\?.*)?$/
const versionOne: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' }
/** Staying signed in is asked by itself. */
const plainScopes: ReadonlySet<string> = new Set(contextScopes.filter((scope) => scope !== 'offline_access'))

export function readAskedScopes(scopes: readonly string[]): AskedScopes {
  const records = scopes.flatMap((written, index) => {
    const [, context, type, suffix = '', criteria = ''] = resourceScope.exec(written) ?? []
    if (type === undefined) return []
    const letters = versionOne[suffix] ?? suffix
    const see = [...letters].filter((letter) => 'rs'.includes(letter)).join('')
    const change = [...letters].filter((letter) => 'cud'.includes(letter)).join('')
    const pieces: AskedPiece[] = []
    if (see !== '') pieces.push({ value: `${index}.see`, kind: 'see', letters: see })
    if (change !== '') pieces.push({ value: `${index}.change`, kind: 'change', letters: change })
    return [{ index, written, context: context as 'patient' | 'user', type, criteria, pieces }]
  })
  return {
    records,
    offline: scopes.includes('offline_access'),
    identity: scopes.includes('openid') || scopes.includes('fhirUser'),
    plain: scopes.filter((scope) => plainScopes.has(scope)),
  }
}

/** The scopes that the ticked pieces amount to: as written where nothing was taken away, else narrower. */
export function narrowScopes(asked: AskedScopes, sent: URLSearchParams): readonly string[] {
  const ticked = new Set(sent.getAll('piece'))
  const only = sent.getAll('kind')
  const given = asked.records.flatMap((scope) => {
    const kept = scope.pieces.filter(({ value }) => ticked.has(value))
    if (kept.length === 0) return []
    const narrowed = scope.type === '*' && sent.get(`all.${scope.index}`) === 'only'
    const types = narrowed
      ? only.filter((kind) => kind.startsWith(`${scope.index}.`)).map(afterDot)
      : [scope.type]
    const parts = chosenParts(scope, sent)
    if (!narrowed && parts === undefined && kept.length === scope.pieces.length) return [scope.written]
    return types.flatMap((type) =>
      (parts ?? [scope.criteria]).map(
        (criteria) => `${scope.context}/${type}.${spell(scope.written, kept)}${criteria}`,
      ),
    )
  })
  const offline = asked.offline && ticked.has('offline') ? ['offline_access'] : []
  return [...asked.plain, ...given, ...offline]
}

/** Undefined: the whole of it. */
function chosenParts(scope: AskedScope, sent: URLSearchParams): readonly string[] | undefined {
  if (sent.get(`all.${scope.index}`) !== 'part') return undefined
  const chosen = sent.getAll('part')
  return partsOf(scope)
    .filter((code) => chosen.includes(`${scope.index}.${code}`))
    .map((code) => criteriaOf(scope, code))
}

/** In the app's own spelling: who asked for `.read` would not know `.rs`. */
function spell(written: string, kept: readonly AskedPiece[]): string {
  const letters = kept.map((piece) => piece.letters).join('')
  const suffix = /\.(read|write|\*)(?:\?|$)/.exec(written)?.[1]
  if (suffix === undefined) return [...'cruds'].filter((letter) => letters.includes(letter)).join('')
  return kept.length > 1 ? suffix : kept[0]?.kind === 'see' ? 'read' : 'write'
}

const afterDot = (value: string): string => value.slice(value.indexOf('.') + 1)
