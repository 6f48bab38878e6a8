/** One statement on the tables that belong to no clinic. */
export type AskRows = <Row extends object>(
  text: string,
  values: readonly unknown[],
) => Promise<readonly Row[]>
