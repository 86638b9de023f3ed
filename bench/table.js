// Says what came out, and whether it is good enough.

export function formatTable(figures) {
  const rows = [['what', 'lo', 'by hand', 'ratio', 'bound', ''], ...figures.map(listCells)]
  const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)))
  const line = row => row.map((cell, column) => pad(cell, widths[column], column)).join('  ')
  return rows.map(row => line(row).trimEnd()).join('\n')
}

export function formatSummary(figures) {
  const short = figures.filter(fallsShort).map(({ what }) => what)
  if (short.length === 0) return `All ${figures.length} figures are within their bounds.`
  const verb = short.length === 1 ? 'falls short of its bound' : 'fall short of their bounds'
  return `${short.length} of ${figures.length} figures ${verb}: ${short.join('; ')}.`
}

function listCells(figure) {
  const { what, lo, byHand = '', value, unit, bound, aim } = figure
  const ratio = unit ? '' : value.toFixed(2)
  const verdict = fallsShort(figure) ? 'falls short' : 'ok'
  const note =
    aim === undefined ? '' : `, aim ${aim.toFixed(2)} ${exceeds(value, aim) ? 'missed' : 'reached'}`
  return [what, lo, byHand, ratio, unit ? `${bound}${unit}` : bound.toFixed(2), verdict + note]
}

const fallsShort = ({ value, bound }) => exceeds(value, bound)

/** By the two decimals that are shown: what looks like the bound is within it. */
const exceeds = (value, bound) => Number(value.toFixed(2)) > bound

const pad = (cell, width, column) => (column > 0 && column < 5 ? cell.padStart(width) : cell.padEnd(width))
