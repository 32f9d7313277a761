/**
 * Every fault of the campaign. To add one, write a `Fault` in a file of its own and list it here.
 *
 * @module
 */
import type { Fault } from "./fault.ts";
import { CELLS } from "./cells.ts";
import { CHECKPOINT_CUT } from "./checkpoint_cut.ts";
import { CLOCK_SET_BACK } from "./clock_set_back.ts";
import { DISK_FULL } from "./disk_full.ts";
import { HOSTILE_SERVER } from "./hostile_server.ts";
import { MUTATED } from "./inputs.ts";
import { RANK_KILLED } from "./rank_killed.ts";
import { TRAINING_KILLED } from "./training_killed.ts";
import { TWO_PROCESSES } from "./two_processes.ts";

/** All faults, in the order of the table. */
export const FAULTS: readonly Fault[] = [
  TRAINING_KILLED,
  RANK_KILLED,
  CHECKPOINT_CUT,
  DISK_FULL,
  HOSTILE_SERVER,
  TWO_PROCESSES,
  CLOCK_SET_BACK,
  ...MUTATED,
  CELLS,
];
