const uuidV7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
/** Between the making of the id and the time that the event tells; clocks of several servers included. */
const leeway = 24 * 3600 * 1000

/** An event's id tells its time, so that one month's partition is looked into. SQL to add, its values pushed onto `values`. */
export function auditMonths(id: string, values: unknown[]): string {
  const parts = uuidV7.exec(id)
  if (parts === null) return ''
  const made = Number.parseInt(`${parts[1]}${parts[2]}`, 16)
  // Beyond what a timestamp holds it is no id of ours.
  if (made > 2 ** 47) return ' and false'
  values.push(new Date(made - leeway).toISOString(), new Date(made + leeway).toISOString())
  return ` and r.updated >= $${values.length - 1} and r.updated < $${values.length}`
}
