import { Worker } from 'node:worker_threads'
import type { Interval } from '../availability/interval.ts'
import { type BusySource, SourceFault } from './busy-source.ts'
import { checkIcs } from './check-ics.ts'
import { fetchText } from './fetch-text.ts'
import { checkedUrl, type FetchLimits } from './guarded-request.ts'
import type { IcsFrame } from './read-ics.ts'

/** How long reading may take, in milliseconds: a calendar of years takes a tenth of a second. */
const patience = 10_000
const mostMegabytes = 128

/** An iCalendar file under an address, as Google, Microsoft, Apple and every calendar program publish it. */
export function createIcsSource(limits: FetchLimits): BusySource {
  return {
    kind: 'ics',
    tellsOwn: true,
    faultOf(address) {
      try {
        checkedUrl(address, limits)
        return undefined
      } catch (fault) {
        return (fault as Error).message
      }
    },
    async load({ address, clinic: _, ...frame }) {
      const text = await fetchText(address, limits)
      checkIcs(text)
      return readApart(text, frame)
    },
  }
}

/** Rules that repeat can keep a parser busy for ever, and its memory with it: in a thread that can be ended. */
export function readApart(text: string, frame: IcsFrame, wait = patience): Promise<readonly Interval[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./ics-worker.ts', import.meta.url), {
      workerData: { text, frame },
      resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
    })
    const timer = setTimeout(() => end('The calendar takes too long to read.'), wait)
    const end = (sentence: string) => {
      clearTimeout(timer)
      void worker.terminate()
      reject(new SourceFault(sentence))
    }
    worker.on('message', ({ busy, fault }: { busy?: readonly Interval[]; fault?: string }) => {
      clearTimeout(timer)
      if (busy === undefined) reject(new SourceFault(fault ?? ''))
      else resolve(busy)
    })
    worker.on('error', () => end('The calendar cannot be read.'))
    worker.on('exit', () => end('The calendar cannot be read.'))
  })
}
