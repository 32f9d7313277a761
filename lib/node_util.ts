/**
 * Gives `node:util` back the two type checks that Deno and Node 23 dropped and that tfjs-node still
 * calls (tensorflow/tfjs pull request 8425, merged but never released). Import it before tfjs-node.
 *
 * @module
 */
import util from "node:util";

const legacy = util as unknown as Record<string, unknown>;
legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
legacy.isArray ??= Array.isArray;
