import assert from "node:assert/strict";
import {
  BY_REALISM_GAP,
  byLoss,
  ranked,
  type Restart,
  rungsOf,
  standingOf,
  sum,
} from "@/train/rungs.ts";
import { assertClose } from "../assert.ts";

Deno.test("rungsOf() halves at 40, 60, 73 and 82 % of the steps until one is left", () => {
  assert.deepEqual(rungsOf(6000, 1), []);
  assert.deepEqual(rungsOf(6000, 2), [2400]);
  assert.deepEqual(rungsOf(6000, 3), [2400, 3600]);
  assert.deepEqual(rungsOf(6000, 4), [2400, 3600]);
  assert.deepEqual(rungsOf(6000, 8), [2400, 3600, 4400]);
  assert.deepEqual(rungsOf(6000, 9), [2400, 3600, 4400, 4933]);
  assert.deepEqual(rungsOf(1, 4), [1, 1]);
});

Deno.test("rungsOf() makes four restarts as long as 2.4 runs and eight as 4.5", () => {
  const costOf = (count: number) => {
    const ends = [0, ...rungsOf(1000, count), 1000];
    return sum(ends.slice(1).map((end, i) => (end - ends[i]!) * Math.ceil(count / 2 ** i))) / 1000;
  };
  assertClose([1, 2, 4, 8].map(costOf), [1, 1.4, 2.4, 4.53], 0.01);
});

/** A restart that stands at two rungs. */
const restart = (restart: number, gaps: readonly number[], pose = 1): Restart => ({
  restart,
  seed: restart,
  steps: 10,
  seconds: 1,
  standings: gaps.map((realismGap, i) => ({ step: 5 * i, realismGap, losses: { pose } })),
});

const order = (restarts: readonly Restart[]) => restarts.map(({ restart }) => restart);

Deno.test("ranked() puts the greatest gap first, of equals the lower number, and what is not finite last", () => {
  const restarts = [
    restart(0, [NaN, -1]),
    restart(1, [-2, -1]),
    restart(2, [-0.5, Infinity]),
    restart(3, [-2, -0.3]),
    restart(4, [-Infinity, -3]),
  ];
  assert.deepEqual(order(ranked(restarts, 0, BY_REALISM_GAP)), [2, 1, 3, 0, 4]);
  assert.deepEqual(order(ranked(restarts, 1, BY_REALISM_GAP)), [3, 0, 1, 4, 2]);
  assert.deepEqual(order(ranked(restarts.toReversed(), 0, BY_REALISM_GAP)), [2, 1, 3, 0, 4]);
});

Deno.test("byLoss() prefers the lesser loss, and any to one that is not there", () => {
  const restarts = [restart(0, [0], 3), restart(1, [-9], 2), restart(2, [0], NaN)];
  assert.deepEqual(order(ranked(restarts, 0, byLoss("pose"))), [1, 0, 2]);
  assert.deepEqual(order(ranked(restarts, 0, byLoss("depth"))), [0, 1, 2]);
  assert.deepEqual([BY_REALISM_GAP.name, byLoss("pose").name], ["realismGap", "loss pose"]);
});

Deno.test("standingOf() has the gap of the last step and the mean losses of the last hundred", () => {
  const history = Array.from({ length: 250 }, (_, i) => ({
    step: i + 1,
    loss: i < 150 ? 1000 : i,
    pose: 2,
    ms: 5,
  }));
  const last = { ...history.at(-1)!, realismGap: -0.5 };
  assert.deepEqual(standingOf([...history.slice(0, -1), last]), {
    step: 250,
    realismGap: -0.5,
    losses: { loss: 199.5, pose: 2 },
  });
  assert.deepEqual(standingOf([{ step: 1, loss: 3, ms: 1, realismGap: 0 }]).losses, { loss: 3 });
});
