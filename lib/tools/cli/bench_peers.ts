/**
 * `deno task bench --peer`
 *
 * @module
 */
import { Option } from "commander";
import type { Config } from "@/config.ts";
import { writeAtomically } from "@/engine/files.ts";
import type { Backend } from "@/tools/setup/backend_choice.ts";
import { setUpPeers } from "@/tools/setup/set_up.ts";
import { checkTyped, type Outcome, type Session } from "./session.ts";

/** What `bench` takes that comparing with peers depends on. */
export interface PeerFlags {
  /** Names of peers, or true for all that run here. */
  readonly peer?: string | true;
  /** The Python that has their frameworks. */
  readonly peerPython?: string;
  /** Steps to time. */
  readonly repeat: number;
  /** The file to write. */
  readonly out?: string;
}

/** How often everybody has a turn: enough for a median over the rounds. */
const ROUNDS = 6;
/** Longer than the threads of any framework wait for work before they sleep (.2 s at most). */
const PAUSE_MS = 500;

/** The options of `bench` that are about peers. */
export function peerOptions(): Option[] {
  return [
    new Option(
      "--peer [names]",
      "time it beside PyTorch and JAX; such as torch,jax instead of all",
    ),
    new Option("--peer-python <path>", "a Python that has their frameworks; made if not given")
      .env("SHAPES_PEER_PYTHON"),
  ];
}

/** Measures our step beside peers, and prints a table. */
export async function benchPeers(
  session: Session,
  config: Config,
  backend: Backend,
  { peer, peerPython, repeat, out }: PeerFlags,
): Promise<Outcome> {
  const { measurePeers, namesOf, peersLines } = await import("@/tools/bench/peers.ts");
  const { requireTwin } = await import("@/tools/bench/reference.ts");
  const names = checkTyped(() => namesOf(peer === true ? undefined : peer));
  checkTyped(() => requireTwin(config));
  const python = peerPython ?? await setUpPeers(backend, {
    signal: session.signal,
    report: ({ step, done, total }) => session.progress(step, done, total),
  });
  const stepsPerTurn = Math.ceil(repeat / ROUNDS);
  const { batchSize, filters } = config;
  const all = ["ours", ...names];
  session.say(
    `bench: ${ROUNDS} rounds of ${stepsPerTurn} steps, batch ${batchSize}, ${filters} filters: ` +
      all.join(", "),
  );
  const report = await measurePeers(config, {
    names,
    python,
    rounds: ROUNDS,
    stepsPerTurn,
    pauseMs: PAUSE_MS,
    signal: session.signal,
    onSetUp: (name) => session.progress(`set up ${name}`),
    onTurn: (count) => session.progress("time", count, ROUNDS * all.length, "turns"),
  });
  for (const line of peersLines(report)) session.say(line);
  if (out !== undefined) await writeAtomically(out, JSON.stringify(report, null, 2) + "\n");
  return {};
}
