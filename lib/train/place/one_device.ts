/**
 * All replicas on one device, one after the other.
 *
 * @module
 */
import { takePhases } from "../step.ts";
import type { Place } from "./place.ts";
import { wholeSteps } from "./whole_steps.ts";

/**
 * Gives the place where one function takes the whole step. With several replicas it takes as long as
 * that many steps, and is what every other place is compared with.
 *
 * @param replicas R, of the run
 */
export function oneDevice(replicas: number): Place {
  const all = { of: replicas, first: 0, count: replicas };
  return {
    replicas: all,
    workers: [{ replicas: all, on: (run) => run() }],
    jit: {},
    canBeEager: true,
    placeStep: ([work], inProgram) =>
      wholeSteps((seed) => {
        const given = work!.begin(seed);
        work!.end(given, takePhases(work!.phases, given));
      }, inProgram),
    gather: (variables) => variables,
  };
}
