import { Refusal } from '../refusal.ts'
import type { Clause } from '../search-query.ts'
import type { ParseContext, Place } from './parse-context.ts'
import { parseDate } from './parse-measure.ts'
import { idText } from './parse-reference.ts'
import { unescapeValue } from './split.ts'

/** Parameters that no column answers: https://hl7.org/fhir/R4/search.html#all. Undefined: not one of them. */
export function parseSpecial(
  context: ParseContext,
  code: string,
  modifier: string | undefined,
  texts: readonly string[],
  { expression }: Place,
): Clause | undefined {
  switch (code) {
    case '_id': {
      const ids = texts.map((text) => readId(text, expression))
      if (modifier === 'not') return { kind: 'not', clause: { kind: 'id', ids } }
      checkPlain(code, modifier, expression)
      return { kind: 'id', ids }
    }
    case '_lastUpdated': {
      checkPlain(code, modifier, expression)
      const clauses = texts.map(
        (text): Clause => ({ kind: 'last-updated', value: parseDate(context, text, expression) }),
      )
      return clauses.length === 1 ? clauses[0] : { kind: 'or', clauses }
    }
    case '_list': {
      checkPlain(code, modifier, expression)
      const clauses = texts.map((text): Clause => ({ kind: 'list', listId: readListId(text, expression) }))
      return clauses.length === 1 ? clauses[0] : { kind: 'or', clauses }
    }
    case '_text':
    case '_content': {
      checkPlain(code, modifier, expression)
      const scope = code === '_text' ? 'narrative' : 'content'
      const clauses = texts.map(
        (text): Clause => ({ kind: 'text', scope, query: readWords(text, expression) }),
      )
      return clauses.length === 1 ? clauses[0] : { kind: 'or', clauses }
    }
    case '_query':
    case '_score':
      throw new Refusal('not-supported', `This server does not search by "${code}".`, { expression })
    default:
      return undefined
  }
}

function checkPlain(code: string, modifier: string | undefined, expression: string): void {
  if (modifier !== undefined) throw new Refusal('invalid', `"${code}" takes no modifier.`, { expression })
}

function readId(text: string, expression: string): string {
  if (idText.test(text)) return text
  throw new Refusal('value', '"_id" takes ids: 1 to 64 letters, digits, dots and hyphens.', { expression })
}

function readListId(text: string, expression: string): string {
  const id = text.startsWith('List/') ? text.slice(5) : text
  if (idText.test(id)) return id
  throw new Refusal('value', '"_list" takes the id of a List; this server keeps no $current lists.', {
    expression,
  })
}

function readWords(text: string, expression: string): string {
  const words = unescapeValue(text)
  if (/[\p{L}\p{N}]/u.test(words)) return words
  throw new Refusal('value', `"${expression}" takes words to look for.`, { expression })
}
