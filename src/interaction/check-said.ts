import type { Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'

/** Who is not shown an element, or other people in a list, says nothing of them either: by its name alone, whatever is stored. */
export function checkSaid(principal: Principal, type: string, said: Resource): void {
  const hidden = principal.veil?.(type)?.hiddenIn({ ...said, text: undefined })[0]
  if (hidden !== undefined)
    throw new Refusal(
      'forbidden',
      `Your role cannot see ${type}.${hidden}, so it cannot write it: leave it out.`,
      { expression: `${type}.${hidden}` },
    )
  checkAlone(principal, type, said)
}

/** The same whether they are there or not. */
export function checkAlone({ veil }: Principal, type: string, said: Resource): void {
  const [list] = veil?.(type)?.othersIn(said).keys() ?? []
  if (list === undefined) return
  throw new Refusal(
    'forbidden',
    `Your role writes of nobody else in ${type}.${list}: leave other people out.`,
    { expression: `${type}.${list}` },
  )
}
