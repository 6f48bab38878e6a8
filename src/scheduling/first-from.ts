/** Of what is sorted by its begin: the place of the first that begins no sooner. */
export function firstFrom(sorted: readonly { readonly start: number }[], instant: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as { start: number }).start < instant) low = middle + 1
    else high = middle
  }
  return low
}
