/**
 * Gives `node:util` back two type checks that tfjs-node still calls and that Node 23 dropped; of the
 * two, Deno 2.9 lacks `isNullOrUndefined` (tensorflow/tfjs pull request 8425, merged but never
 * released). Import it before tfjs-node.
 *
 * @module
 */
import util from "node:util";

const legacy = util as unknown as Record<string, unknown>;
legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
legacy.isArray ??= Array.isArray;
