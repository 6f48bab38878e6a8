import { parentPort, workerData } from 'node:worker_threads'
import { SourceFault } from './busy-source.ts'
import { readIcs } from './read-ics.ts'

/** A thread for one calendar: one that never comes to an end is ended with it. */
function answer(): object {
  const { text, frame } = workerData
  try {
    return { busy: readIcs(text, frame) }
  } catch (cause) {
    return { fault: cause instanceof SourceFault ? cause.message : 'The calendar cannot be read.' }
  }
}

parentPort?.postMessage(answer())
