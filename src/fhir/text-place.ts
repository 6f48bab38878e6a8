/** "at line 3, column 14", for a sentence to a person who must find it. */
export function place(text: string, offset: number): string {
  let line = 1
  let lineStart = 0
  for (let next = text.indexOf('\n'); next !== -1 && next < offset; next = text.indexOf('\n', lineStart)) {
    line++
    lineStart = next + 1
  }
  return `at line ${line}, column ${offset - lineStart + 1}`
}
