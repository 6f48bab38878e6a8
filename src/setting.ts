/** One setting: how its text is read, what it means, and when its value must not be used. */
export interface Setting<T> {
  /** Of the environment variable. */
  readonly name: string
  /** As one would write it; undefined: unset. */
  readonly initial: string | undefined
  /** What a value must look like, to finish "PORT must be …". */
  readonly form: string
  /** Undefined: the text is not of that form. */
  readonly parse: (text: string) => T | undefined
  readonly sentence: string
  /** Why a value must not be used with NODE_ENV=production; undefined: it may. */
  unsafe?(value: T | undefined): string | undefined
}

export function text(name: string, initial: string | undefined, sentence: string): Setting<string> {
  return { name, initial, form: 'a text', parse: (value) => value, sentence }
}

export function whole(
  name: string,
  initial: string,
  [least, most]: readonly [number, number],
  sentence: string,
): Setting<number> {
  const parse = (value: string) =>
    /^\d{1,10}$/.test(value) && Number(value) >= least && Number(value) <= most ? Number(value) : undefined
  return { name, initial, form: `a whole number from ${least} to ${most}`, parse, sentence }
}

export function limit(name: string, initial: string, whose: string): Setting<number> {
  return whole(
    name,
    initial,
    [0, 10_000_000],
    `Requests a second that are taken from ${whose}, in bursts of twice as many; 0 for any number. Beyond it the answer is 429.`,
  )
}

export function flag(name: string, initial: string, sentence: string): Setting<boolean> {
  const parse = (value: string) => (value === 'true' ? true : value === 'false' ? false : undefined)
  return { name, initial, form: 'true or false', parse, sentence }
}

export function choice<T extends string>(
  name: string,
  initial: T,
  values: readonly T[],
  sentence: string,
): Setting<T> {
  return {
    name,
    initial,
    form: `one of ${values.join(', ')}`,
    parse: (value) => values.find((one) => one === value),
    sentence,
  }
}

export function list(
  name: string,
  initial: string,
  item: RegExp,
  items: string,
  sentence: string,
): Setting<readonly string[]> {
  return {
    name,
    initial,
    form: `${items}, separated by commas`,
    parse: (value) => readList(value, item),
    sentence,
  }
}

export function address(name: string, schemes: readonly string[], sentence: string): Setting<string> {
  const parse = (value: string) =>
    schemes.includes(URL.parse(value)?.protocol ?? '') ? value.replace(/\/+$/, '') : undefined
  return {
    name,
    initial: undefined,
    form: `an address that starts with ${schemes.join('// or ')}//`,
    parse,
    sentence,
  }
}

/** May be unset. */
export function optional(
  setting: Setting<string>,
  unsafe?: (value: string | undefined) => string | undefined,
): Setting<string | undefined> {
  return { ...setting, ...(unsafe !== undefined && { unsafe }) }
}

export function readList(value: string, item: RegExp): readonly string[] | undefined {
  const items = value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
  return items.every((one) => item.test(one)) ? items : undefined
}
