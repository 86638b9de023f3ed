// Imported into lo before it starts: writes the most memory that its process ever had, in KB, when it ends.
import { readFileSync, writeFileSync } from 'node:fs'

process.on('exit', () => writeFileSync(process.env.BENCH_PEAK_FILE, String(readPeak())))

/** resourceUsage() also counts what the process that started this one had at that time, so it is second best. */
function readPeak() {
  try {
    return /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]
  } catch {
    return process.resourceUsage().maxRSS
  }
}
