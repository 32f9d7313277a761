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

/** The options of `bench` used for comparing with peers. */
export interface PeerFlags {
  /** Names of peers, or true for all that run on this machine. */
  readonly peer?: string | true;
  /** A Python with their frameworks. */
  readonly peerPython?: string;
  /** Steps to time. */
  readonly repeat: number;
  /** The file to write. */
  readonly out?: string;
}

/** Turns of each contestant: enough for a median over rounds. */
const ROUNDS = 6;
/** Longer than any framework's threads spin before they sleep (0.2 s at most). */
const PAUSE_MS = 500;

/** The options of `bench` for peers. */
export function peerOptions(): Option[] {
  return [
    new Option(
      "--peer [names]",
      "compare with PyTorch and JAX; names like torch,jax select some of them",
    ),
    new Option("--peer-python <path>", "a Python with their frameworks; set up if not given")
      .env("SHAPES_PEER_PYTHON"),
  ];
}

/** Measures our step beside its peers and prints a table. */
export async function benchPeers(
  session: Session,
  config: Config,
  backend: Backend,
  { peer, peerPython, repeat, out }: PeerFlags,
): Promise<Outcome> {
  const { measurePeers, namesOf, peersLines } = await import("@/tools/bench/peers.ts");
  const { twinsOf } = await import("@/tools/bench/methods/registry.ts");
  const names = checkTyped(() => namesOf(twinsOf(config), peer === true ? undefined : peer));
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
