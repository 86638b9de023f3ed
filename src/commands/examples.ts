/** The last part of a help text: one command line in each row, and what it does. */
export function examples(rows: Record<string, string>): string {
  const width = Math.max(...Object.keys(rows).map(line => line.length))
  const lines = Object.entries(rows).map(([line, does]) => `  ${line.padEnd(width)}  ${does}`)
  return `\nExamples:\n${lines.join('\n')}`
}
