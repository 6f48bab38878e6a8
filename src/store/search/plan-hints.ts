import type { SearchParameter } from '#fhir/definitions.ts'
import type { Clause } from '#fhir/search-query.ts'
import { loadIndexWishes } from '../type-tables.ts'
import { layoutOf } from './layout.ts'
import { isLed } from './lower-led.ts'

/**
 * What PostgreSQL cannot know of a prepared statement, whose plan is made without the values. Of a term it then
 * expects one row in a hundred: so it reads the table in id order until a page is full (a million rows for one
 * patient's identifier), or fetches every row of a category besides the twenty rows of a patient.
 */
export interface PlanHints {
  /** Criteria that an index of terms answers with few rows: find these first, then put them in order. */
  readonly fenced: boolean
  /** One plan is right for all values; otherwise each search is planned for its own. */
  readonly prepared: boolean
  /** Criteria that only check rows which better ones have found. */
  readonly checking: ReadonlySet<Clause>
}

type Grade =
  /** Few rows, by the index of terms. */
  | 'terms'
  /** Few rows, or as many as the statistics of the column say. */
  | 'row'
  | 'range'
  | 'code'
  | 'other'

const unaided: PlanHints = { fenced: false, prepared: false, checking: new Set() }

export function planHints(type: string, where: readonly Clause[]): PlanHints {
  let fenced = false
  let prepared = false
  for (const clause of where) {
    const grade = gradeOf(clause)
    if (grade === 'terms') fenced = true
    if (grade === 'terms' || grade === 'row') prepared = true
  }
  if (!prepared) return unaided
  const checking = where.filter((clause) => {
    const grade = gradeOf(clause)
    return grade === 'other' || (grade === 'range' && !sharesIndex(type, clause, where))
  })
  return { fenced, prepared, checking: new Set(checking) }
}

/** `a` begins every tenth name. */
const shortestName = 3

function gradeOf(clause: Clause): Grade {
  switch (clause.kind) {
    case 'id':
      return 'row'
    case 'last-updated':
      return 'range'
    case 'chain': {
      if (!clause.targets.every(({ where }) => namesFew(where))) return 'other'
      return layoutOf(clause.parameter).shape === 'reference' ? 'row' : 'terms'
    }
    case 'has':
      return namesFew(clause.where) ? 'row' : 'other'
    case 'param':
      return gradeOfParameter(clause)
    default:
      return 'other'
  }
}

/** Do the criteria name one resource, or a handful? Then what refers to it is looked up from there. */
export function namesFew(where: readonly Clause[]): boolean {
  return where.some((clause) => {
    const grade = gradeOf(clause)
    return grade === 'terms' || grade === 'row'
  })
}

function gradeOfParameter({ parameter, modifier, values }: Clause & { kind: 'param' }): Grade {
  const layout = layoutOf(parameter)
  const plain = modifier === undefined
  switch (layout.shape) {
    case 'terms':
      return plain && namesOne(parameter) ? 'terms' : 'other'
    case 'references':
      if (layout.led !== undefined) return isLed(parameter, modifier, values) ? 'row' : 'other'
      return modifier === 'identifier' || values.every(namesPatient) ? 'terms' : 'other'
    case 'string': {
      const long = values.every((value) => value.kind === 'string' && value.text.length >= shortestName)
      return long ? 'terms' : 'other'
    }
    case 'reference':
      return modifier === 'identifier' ? 'terms' : 'row'
    case 'uri':
      return plain ? 'row' : 'other'
    case 'code':
      return plain ? 'code' : 'other'
    case 'date':
    case 'number':
      return 'range'
    default:
      return 'other'
  }
}

/** Identifiers, telephone numbers: nearly one resource a value, unlike codes. */
function namesOne({ dataTypes }: SearchParameter): boolean {
  return dataTypes.length > 0 && dataTypes.every((type) => type === 'Identifier' || type === 'ContactPoint')
}

/** A patient has few of anything; a practitioner or a ward may have half of all there is. */
function namesPatient(value: (Clause & { kind: 'param' })['values'][number]): boolean {
  return value.kind === 'reference' && value.references.every((reference) => reference.startsWith('Patient/'))
}

const wishes = loadIndexWishes()

/** Does an index hold the column of the range behind that of another criterion, as Slot's schedule and start? */
function sharesIndex(type: string, clause: Clause, where: readonly Clause[]): boolean {
  if (clause.kind !== 'param') return false
  const range = layoutOf(clause.parameter)
  if (range.shape !== 'date') return false
  return (wishes[type]?.btree ?? []).some(
    ([first, second]) =>
      second === range.start &&
      where.some((other) => {
        const layout = other.kind === 'param' ? layoutOf(other.parameter) : undefined
        return layout?.shape === 'reference' && layout.column === first
      }),
  )
}
