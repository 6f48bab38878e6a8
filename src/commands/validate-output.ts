import { styleText } from 'node:util'
import type { Issue } from '#fhir/refusal.ts'
import type { Reading } from './validate-input.ts'

export interface Judged extends Reading {
  readonly issues: readonly Issue[]
}

export interface Summary {
  files: number
  resources: number
  withErrors: number
  errors: number
  warnings: number
}

/** Text for each resource and one line at the end; '' for what needs no word. */
export interface Output {
  tell(judged: Judged): string
  sum(summary: Summary): string
}

const colours = { fatal: 'red', error: 'red', warning: 'yellow', information: 'cyan' } as const

export function createOutputForPeople(coloured: boolean): Output {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    coloured ? styleText(style, text, { validateStream: false }) : text
  return {
    tell(judged) {
      if (judged.issues.length === 0) return ''
      const name = nameOf(judged.resource)
      const head = `${paint('bold', printable(placeOf(judged)))}${name === '' ? '' : `  ${printable(name)}`}\n`
      const lines = judged.issues.map(({ severity, code, diagnostics }) => {
        const word = paint(colours[severity], severity.padEnd(11))
        return `  ${word} ${printable(diagnostics)} ${paint('dim', `[${code}]`)}\n`
      })
      return head + lines.join('')
    },
    sum({ files, resources, withErrors, errors, warnings }) {
      const right = resources - withErrors
      const verdict = withErrors === 0 ? paint('green', `${right} right`) : `${right} right`
      const wrong = withErrors === 0 ? '' : paint('red', `, ${withErrors} wrong`)
      const counts = `${count(errors, 'error')}, ${count(warnings, 'warning')}`
      return `${count(files, 'source')}, ${count(resources, 'resource')}: ${verdict}${wrong} (${counts})\n`
    },
  }
}

/** A line a resource, whatever was found; the last line is the summary. */
export function createOutputForMachines(): Output {
  return {
    tell({ source, line, resource, issues }) {
      const valid = !issues.some(({ severity }) => severity === 'error')
      const { resourceType, id } = partsOf(resource)
      return `${JSON.stringify({ source, line, resourceType, id, valid, issues })}\n`
    },
    sum: (summary) => `${JSON.stringify({ summary })}\n`,
  }
}

function placeOf({ source, line }: Reading): string {
  return line === undefined ? source : `${source}:${line}`
}

function nameOf(resource: unknown): string {
  const { resourceType, id } = partsOf(resource)
  if (resourceType === undefined) return ''
  return id === undefined ? resourceType : `${resourceType}/${id}`
}

function partsOf(resource: unknown): { resourceType?: string; id?: string } {
  if (typeof resource !== 'object' || resource === null) return {}
  const { resourceType, id } = resource as Record<string, unknown>
  return {
    ...(typeof resourceType === 'string' ? { resourceType: resourceType.slice(0, 64) } : {}),
    ...(typeof id === 'string' ? { id: id.slice(0, 64) } : {}),
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** What was sent must not steer the terminal that it is shown on. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD')
}
