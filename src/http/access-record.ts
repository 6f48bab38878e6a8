/** What the log and the metrics tell of one request. It has no room for a search value, a token or content. */
export interface AccessRecord {
  readonly requestId: string
  readonly method: string
  /** performance.now() at arrival. */
  readonly arrived: number
  interaction: string
  tenant: string | undefined
  type: string | undefined
  id: string | undefined
  client: string | undefined
}

export function openAccessRecord(requestId: string, method: string): AccessRecord {
  return {
    requestId,
    method,
    arrived: performance.now(),
    interaction: 'unknown',
    tenant: undefined,
    type: undefined,
    id: undefined,
    client: undefined,
  }
}
