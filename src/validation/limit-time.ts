import { createContext, Script } from 'node:vm'

/** Long for any rule of a profile, short for everybody who waits behind it. */
const longest = 50

export class TimeSpent extends Error {
  constructor() {
    super('A rule took too long')
    this.name = 'TimeSpent'
  }
}

let work: (() => void) | undefined
const context = createContext({ run: () => work?.() })
const script = new Script('run()')

/** V8 stops even a regular expression that backtracks. The watch over it costs tens of microseconds. */
export function limitTime<Result>(compute: () => Result, most = longest): Result {
  let result: Result | undefined
  const outer = work
  work = () => {
    result = compute()
  }
  try {
    script.runInContext(context, { timeout: most })
  } catch (failure) {
    if ((failure as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new TimeSpent()
    throw failure
  } finally {
    work = outer
  }
  return result as Result
}
