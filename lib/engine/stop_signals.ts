/**
 * The signals by which a process is asked to stop, and to save what it has.
 *
 * @module
 */

/**
 * Ctrl-C in a terminal and a notebook's stop button send SIGINT. Slurm, Kubernetes, MPI and `kill` send
 * SIGTERM, and most of them SIGKILL half a minute later.
 */
export type StopSignal = "SIGINT" | "SIGTERM";

const STOP_SIGNALS: readonly StopSignal[] = ["SIGINT", "SIGTERM"];

/**
 * Calls a listener at each signal to stop, in place of ending the process.
 *
 * @param listener Gets the signal's name
 * @returns Ends the listening when disposed
 */
export function onStopSignal(listener: (signal: StopSignal) => void): Disposable {
  const listeners = STOP_SIGNALS.map((signal) => [signal, () => listener(signal)] as const);
  for (const [signal, call] of listeners) Deno.addSignalListener(signal, call);
  return {
    [Symbol.dispose]() {
      for (const [signal, call] of listeners) Deno.removeSignalListener(signal, call);
    },
  };
}

/**
 * Passes SIGTERM on to a child process. SIGINT it gets from the terminal, as this process does.
 *
 * @returns Ends that when disposed
 */
export function passTerminationTo(child: Deno.ChildProcess): Disposable {
  return onStopSignal((signal) => {
    if (signal === "SIGTERM") child.kill(signal);
  });
}
