/**
 * Whether a machine was left alone while something was timed: what the kernel says of everybody's
 * processor time, less this process's own.
 *
 * @module
 */
/** Others may use this share of all cores before times count as disturbed. Choice: 5 %. */
export const QUIET_SHARE = 0.05;

/** Processor time since the machine started, in clock ticks, summed over its cores. */
export interface CpuTimes {
  /** Every tick, idle ones too. */
  readonly all: number;
  /** Ticks in which a core worked, for anybody; those that another guest of the host took count. */
  readonly busy: number;
  /** Ticks in which one worked for our processes, their threads, or children that have ended. */
  readonly own: number;
}

/** How quiet a machine was during a measurement. */
export interface Quietness {
  /** Share of all cores' time that others used, from 0 to 1. */
  readonly foreignShare: number;
  /** Processes that wanted to run, averaged over the minute before the measurement. */
  readonly load: number;
  /** True where others used at most `QUIET_SHARE`. */
  readonly isQuiet: boolean;
}

/**
 * Reads the kernel's counters.
 *
 * @param stat The text of `/proc/stat`
 * @param processes The text of `/proc/self/stat`, and of other processes that are ours
 */
export function parseCpuTimes(stat: string, ...processes: readonly string[]): CpuTimes {
  // user nice system idle iowait irq softirq steal; guests' time, which follows, is within user.
  const ticks = stat.split("\n")[0]!.trim().split(/\s+/).slice(1, 9).map(Number);
  const all = ticks.reduce((sum, count) => sum + count, 0);
  // A program's name is in parentheses and may hold anything; utime stime cutime cstime come later.
  const own = processes
    .flatMap((text) => text.slice(text.lastIndexOf(")") + 2).split(" ").slice(11, 15).map(Number))
    .reduce((sum, count) => sum + count, 0);
  return { all, busy: all - ticks[3]! - ticks[4]!, own };
}

/**
 * Compares two readings: foreign share = (busy - own) / all, of the ticks between them.
 *
 * @param load The load before the measurement, to report with it
 */
export function quietnessBetween(before: CpuTimes, after: CpuTimes, load: number): Quietness {
  const all = after.all - before.all;
  const foreign = (after.busy - before.busy) - (after.own - before.own);
  // Counters of a tick each may put a tick of ours before one of everybody's.
  const foreignShare = all === 0 ? 0 : Math.max(0, foreign / all);
  return { foreignShare, load, isQuiet: foreignShare <= QUIET_SHARE };
}

/**
 * Begins to watch the machine; the function that it gives ends the watch.
 *
 * @param children Processes that are ours too
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

/** Reads a file, or nothing: what a child used that has ended counts as its parent's. */
function textIfThere(path: string): string[] {
  try {
    return [Deno.readTextFileSync(path)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Says it in words, such as `not quiet: others used 12.0 % of the cores, load 1.3 before`. */
export function quietnessInWords({ foreignShare, load, isQuiet }: Quietness): string {
  const share = (100 * foreignShare).toFixed(1);
  return `${isQuiet ? "quiet" : "not quiet"}: others used ${share} % of the cores, ` +
    `load ${load.toFixed(1)} before`;
}
