/**
 * What a traced function may not do, because a graph could not mean the same: refused in words.
 *
 * @module
 */
import { DATA_TYPES, nativeBackend } from "@/engine/native.ts";
import type * as tf from "@/engine/tf.ts";

/** Operations that run once per call in tfjs but cannot mean the same thing in a graph. */
const REFUSED: [RegExp, string][] = [
  [
    /^(Random|Multinomial|TruncatedNormal|Parameterized)/,
    "draws numbers from hidden state; use statelessNormal with a seed input",
  ],
  [
    /^(Where|Unique|NonMaxSuppression|DynamicPartition)/,
    "makes a tensor whose shape depends on values; a graph has fixed shapes",
  ],
  [
    /^(EncodePng|EncodeJpeg|Decode|String|StaticRegex|Summary|Write)/,
    "works on strings or files, not on tensors",
  ],
];

/** Refuses an operation that a graph cannot hold. */
export function refuse(name: string, op: string): void {
  for (const [pattern, reason] of REFUSED) {
    if (pattern.test(op)) throw new TypeError(`Cannot trace "${name}": op "${op}" ${reason}`);
  }
}

/** Gives an output's data type, and refuses what is no tensor of a graph, such as a promise. */
export function typeOfOutput(name: string, output: string, tensor: tf.Tensor): number {
  const dtype = (tensor as tf.Tensor | undefined)?.dtype;
  if (dtype === "float32" || dtype === "int32" || dtype === "bool") return DATA_TYPES[dtype];
  throw new TypeError(
    `Cannot trace "${name}": output ${output} must be a float32, int32 or bool tensor, ` +
      `got ${dtype ?? typeof tensor}`,
  );
}

/**
 * Refuses what tfjs draws itself, as in `tf.randomNormal` and `tf.dropout`: it would be frozen into the
 * graph.
 *
 * @returns What allows it again
 */
export function refuseHiddenDraws(name: string): () => void {
  const { random } = Math;
  Math.random = () => {
    throw new TypeError(
      `Cannot trace "${name}": a traced function must not draw numbers from hidden state, ` +
        `got a call of Math.random; use statelessNormal with a seed input`,
    );
  };
  return () => Math.random = random;
}

/** Refuses a tensor that the function neither made nor got. */
export function refuseCaptured(name: string, where: string): never {
  throw new TypeError(
    `Cannot trace "${name}": a traced function must make its tensors or get them as inputs, ` +
      `got one from outside in ${where}; name it among the inputs`,
  );
}

/**
 * Refuses tensors that were made before the trace and not used yet. A tensor made from JavaScript
 * numbers is uploaded when it is first used: theirs would be frozen into the graph without a word.
 *
 * @returns What allows them again
 */
export function refuseCapturedUploads(name: string): () => void {
  const backend = nativeBackend();
  const madeHere = new WeakSet<object>();
  const { getInputTensorIds } = backend;
  const { set } = backend.tensorMap;
  backend.tensorMap.set = function (dataId, data) {
    madeHere.add(dataId);
    set.call(this, dataId, data);
  };
  backend.getInputTensorIds = function (tensors) {
    for (const { dataId } of tensors) {
      const isCaptured = dataId !== undefined && !madeHere.has(dataId) &&
        backend.tensorMap.get(dataId).values !== null;
      if (isCaptured) refuseCaptured(name, "an operation's inputs");
    }
    return getInputTensorIds.call(this, tensors);
  };
  return () => {
    // Both are inherited: taking away our own gives the originals back.
    delete (backend as Partial<typeof backend>).getInputTensorIds;
    delete (backend.tensorMap as Partial<typeof backend.tensorMap>).set;
  };
}
