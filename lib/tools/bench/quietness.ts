/**
 * Tells whether other processes used the machine during a measurement: all CPU time, from the
 * kernel's counters, minus our own.
 *
 * @module
 */
/** The share of all cores that others may use before times count as disturbed. Choice: 5 %. */
export const QUIET_SHARE = 0.05;

/** CPU time since boot, in clock ticks, summed over cores. */
export interface CpuTimes {
  /** All ticks, idle ones included. */
  readonly all: number;
  /** Busy ticks of all processes, including those stolen by other guests of the host. */
  readonly busy: number;
  /** Busy ticks of our processes, their threads, and children that have ended. */
  readonly own: number;
}

/** How quiet the machine was during a measurement. */
export interface Quietness {
  /** Share of all cores' time used by others, from 0 to 1. */
  readonly foreignShare: number;
  /** Load average over the minute before the measurement. */
  readonly load: number;
  /** Whether others used at most `QUIET_SHARE`. */
  readonly isQuiet: boolean;
}

/**
 * Parses the kernel's counters.
 *
 * @param stat The text of `/proc/stat`
 * @param processes The text of `/proc/<pid>/stat` of each of our processes
 */
export function parseCpuTimes(stat: string, ...processes: readonly string[]): CpuTimes {
  // user nice system idle iowait irq softirq steal; the guest times that follow are part of user.
  const ticks = stat.split("\n")[0]!.trim().split(/\s+/).slice(1, 9).map(Number);
  const all = ticks.reduce((sum, count) => sum + count, 0);
  // The program name in parentheses may contain anything; utime stime cutime cstime come later.
  const own = processes
    .flatMap((text) => text.slice(text.lastIndexOf(")") + 2).split(" ").slice(11, 15).map(Number))
    .reduce((sum, count) => sum + count, 0);
  return { all, busy: all - ticks[3]! - ticks[4]!, own };
}

/**
 * Compares two readings: foreign share = (busy - own) / all, in the ticks between them.
 *
 * @param load The load before the measurement, passed through
 */
export function quietnessBetween(before: CpuTimes, after: CpuTimes, load: number): Quietness {
  const all = after.all - before.all;
  const foreign = (after.busy - before.busy) - (after.own - before.own);
  // The counters are not read at the same instant, so ours may be a tick ahead.
  const foreignShare = all === 0 ? 0 : Math.max(0, foreign / all);
  return { foreignShare, load, isQuiet: foreignShare <= QUIET_SHARE };
}

/**
 * Starts watching the machine; call the returned function to stop.
 *
 * @param children Other processes of ours
 */
export function watchOthers(children: readonly number[] = []): () => Quietness {
  const own = ["self", ...children].map((process) => `/proc/${process}/stat`);
  const read = () =>
    parseCpuTimes(
      Deno.readTextFileSync("/proc/stat"),
      ...own.flatMap(textIfThere),
    );
  const [load, before] = [Deno.loadavg()[0]!, read()];
  return () => quietnessBetween(before, read(), load);
}

/** Reads a file if it exists; the time of an ended child counts as its parent's. */
function textIfThere(path: string): string[] {
  try {
    return [Deno.readTextFileSync(path)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Formats it, e.g. `not quiet: others used 12.0 % of the cores, load 1.3 before`. */
export function quietnessInWords({ foreignShare, load, isQuiet }: Quietness): string {
  const share = (100 * foreignShare).toFixed(1);
  return `${isQuiet ? "quiet" : "not quiet"}: others used ${share} % of the cores, ` +
    `load ${load.toFixed(1)} before`;
}
