import { SourceFault } from './busy-source.ts'

/** Far more than anybody's calendar has. */
const mostComponents = 20_000
/** A calendar holds events, an event alarms. */
const deepest = 4
const longestLine = 200_000

/** Looked at before it is parsed: what is too much of anything never gets that far. */
export function checkIcs(text: string): void {
  if (!/^\uFEFF?\s*BEGIN:VCALENDAR\s/i.test(text)) throw new SourceFault('The answer is no iCalendar.')
  let depth = 0
  let components = 0
  for (const [line, kind] of text.matchAll(/^(BEGIN|END):[^\r\n]*/gim)) {
    if (line.length > longestLine) throw new SourceFault('The calendar has a line that is too long.')
    depth += kind?.toUpperCase() === 'BEGIN' ? 1 : -1
    if (depth > deepest || depth < 0) throw new SourceFault('The calendar nests in a way no calendar does.')
    if (++components > mostComponents * 2) throw new SourceFault('The calendar has too many entries.')
  }
  if (depth !== 0) throw new SourceFault('The calendar is broken off.')
}
