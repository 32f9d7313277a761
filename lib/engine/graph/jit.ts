/**
 * Compiles plain tfjs functions: each is traced once, all become one TensorFlow graph with shared
 * variables, and a session then runs a function in a single call. What `tf.function` is to
 * TensorFlow and `jit` to JAX.
 *
 * @module
 */
import { WriteError, writeError } from "@/engine/files.ts";
import { nativeBackend } from "@/engine/native.ts";
import * as tf from "@/engine/tf.ts";
import { withDraws } from "./draws.ts";
import { type Precision, withPrecision } from "./precision.ts";
import { withProducts } from "./products.ts";
import { encodeSavedModel, type Graph } from "./protobuf.ts";
import { record, type RecordedFunction, type TensorSpec } from "./trace.ts";
import { Recorder } from "./recorder.ts";
import { type GraphSession, openBindingSession, type OpenSession } from "./session.ts";
import { variableNamed } from "./variable.ts";
import { withPrograms } from "./xla.ts";

export type { TensorSpec } from "./trace.ts";

type Tensors = Record<string, tf.Tensor>;

/** A function to compile: what it takes and what it does. */
export interface GraphFunction<Inputs extends string = string, Outputs extends string = string> {
  /** Shape and type of each input. */
  readonly inputs: Readonly<Record<Inputs, TensorSpec>>;
  /**
   * Plain tfjs code. It may read and write variables, but must not read values, use tensors from
   * outside, or keep JavaScript state: when compiled, it is called once.
   */
  run(inputs: Record<Inputs, tf.Tensor>): Record<Outputs, tf.Tensor>;
  /** What it repeats, if it is made by `repeated`. */
  readonly repeats?: { readonly once: GraphFunction<Inputs>; readonly times: number };
}

/** A function ready to call: tensors in, tensors out; both are the caller's to dispose. */
export type Compiled<Inputs extends string = string, Outputs extends string = string> = (
  inputs: Record<Inputs, tf.Tensor>,
) => Record<Outputs, tf.Tensor>;

/** Compiled functions, by name, and what frees them. */
export type Program<Functions> =
  & {
    readonly [Name in keyof Functions]: Functions[Name] extends GraphFunction<infer I, infer O>
      ? Compiled<I, O>
      : never;
  }
  & Disposable;

/** How to run the functions. */
export interface JitOptions {
  /** Runs the functions op by op instead, for debugging; the results are the same. */
  readonly eager?: boolean;
  /** Has XLA compile each function; by default on a graphics card, since XLA is slow on processors. */
  readonly useXla?: boolean;
  /** What matrix products compute in: float32 unless given. Inputs, outputs and variables are float32. */
  readonly precision?: Precision;
  /** Opens the graph's session; the binding's unless given. */
  readonly openSession?: OpenSession;
}

/** Declares a function to compile; names of inputs and outputs are inferred. */
export function graphFunction<Inputs extends string, Outputs extends string>(
  inputs: Readonly<Record<Inputs, TensorSpec>>,
  run: (inputs: Record<Inputs, tf.Tensor>) => Record<Outputs, tf.Tensor>,
): GraphFunction<Inputs, Outputs> {
  return { inputs, run };
}

/**
 * Declares a function that runs another one several times, for what it writes. XLA makes a loop of it,
 * which the GPU runs without waiting for the host; elsewhere it is written out, turn by turn.
 *
 * @param f What to run
 * @param times How often; at turn i it takes row i of each input
 * @returns A function of the same inputs, stacked `[times, ...]`, whose output says that it is `done`
 */
export function repeated<Inputs extends string>(
  f: GraphFunction<Inputs>,
  times: number,
): GraphFunction<Inputs, "done"> {
  type Given = Record<Inputs, tf.Tensor>;
  const inputs = mapValues<TensorSpec, TensorSpec>(
    f.inputs,
    ({ shape, dtype }) => ({ shape: [times, ...shape], dtype }),
  ) as GraphFunction<Inputs>["inputs"];
  const once = graphFunction<Inputs, "done">(f.inputs, (row) => {
    f.run(row);
    return { done: tf.scalar(0) };
  });
  const rowOf = (given: Given, i: number) =>
    mapValues<tf.Tensor, tf.Tensor>(
      given,
      (input) => tf.slice(input, [i], [1]).reshape(input.shape.slice(1)),
    ) as Given;
  return {
    inputs,
    run(given) {
      for (let i = 0; i < times; i++) f.run(rowOf(given, i));
      return { done: tf.scalar(0) };
    },
    repeats: { once, times },
  };
}

/**
 * Compiles functions that share variables.
 *
 * Variables that the functions use move into the graph with their present values; from then on they
 * change and can be read only through the compiled functions.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { graphFunction, jit, tf } from "@/mod.ts";
 *
 * const scalar = { shape: [], dtype: "float32" } as const;
 * using program = jit({ square: graphFunction({ x: scalar }, ({ x }) => ({ y: tf.square(x) })) });
 * assert.equal(program.square({ x: tf.scalar(3) }).y.dataSync()[0], 9);
 * ```
 *
 * @param functions The functions, by name
 * @param options `eager` runs them op by op, `precision` lets matrix products compute in bfloat16
 * @returns A callable for each function, and `Symbol.dispose` to free the graph
 * @throws {TypeError} If a function cannot be traced; the message says why
 * @throws {RangeError} If bfloat16 is asked for eagerly: only a graph can be rewritten
 */
export function jit<Functions extends Record<string, GraphFunction>>(
  functions: Functions,
  options: JitOptions = {},
): Program<Functions> {
  const { eager = false, precision = "float32", openSession = openBindingSession } = options;
  const { useXla = nativeBackend().isUsingGpuDevice } = options;
  const untyped = functions as unknown as Record<string, GraphFunction>;
  const calls = eager
    ? runEagerly(untyped, precision)
    : compile(untyped, { precision, useXla, openSession });
  return calls as Program<Functions>;
}

type Calls = Record<string, Compiled> & Disposable;

function runEagerly(functions: Record<string, GraphFunction>, precision: Precision): Calls {
  if (precision !== "float32") {
    throw new RangeError(
      `Cannot run eagerly: precision must be float32, got ${precision}; compile, or use float32`,
    );
  }
  const calls = mapValues(functions, ({ inputs, run }, name): Compiled => (feeds) => {
    checkFeeds(name, inputs, feeds);
    return tf.tidy(() => run(feeds));
  });
  return Object.assign(calls, { [Symbol.dispose]() {} });
}

function compile(
  functions: Record<string, GraphFunction>,
  { precision, useXla, openSession }: Required<Omit<JitOptions, "eager">>,
): Calls {
  const recorder = new Recorder();
  const recorded = mapValues(functions, (f, name): RecordedFunction => {
    if (!useXla || !f.repeats) return trace(recorder, name, f);
    const { once, times } = f.repeats;
    return { ...trace(recorder, name, once), times };
  });
  const variables = [...recorder.variables.keys()].map(variableNamed);
  const restore = trace(recorder, "restore_variables", {
    inputs: Object.fromEntries(
      variables.map(({ sharedName, shape }) => [sharedName, { shape, dtype: "float32" }]),
    ),
    run(values) {
      for (const variable of variables) variable.assign(values[variable.sharedName]!);
      return { done: tf.scalar(0) };
    },
  });
  const nodes = withPrecision(useXla ? withDraws(withProducts(recorder)) : recorder, precision);
  const graph = useXla ? withPrograms(nodes, recorded, restore) : { nodes, functions: [] };
  const session = load(graph, openSession);
  tf.tidy(() => {
    const values = variables.map((variable) => [variable.sharedName, variable.read()] as const);
    runner(session, "restore_variables", restore)(Object.fromEntries(values));
  });
  for (const variable of variables) variable.moveIntoProgram();
  let isDisposed = false;
  const calls = mapValues(functions, ({ inputs }, name): Compiled => {
    const run = runner(session, name, recorded[name]!);
    return (feeds) => {
      if (isDisposed) {
        throw new Error(`Cannot run "${name}": its program must be alive, got a disposed one`);
      }
      checkFeeds(name, inputs, feeds);
      return run(feeds);
    };
  });
  return Object.assign(calls, {
    [Symbol.dispose]() {
      if (!isDisposed) session[Symbol.dispose]();
      isDisposed = true;
    },
  });
}

/** Runs a function on zeros and adds it to the graph. */
function trace(recorder: Recorder, name: string, f: GraphFunction): RecordedFunction {
  return tf.tidy(() => {
    const feeds = mapValues(f.inputs, ({ shape, dtype }) => tf.zeros([...shape], dtype));
    return record(recorder, name, feeds, () => f.run(feeds));
  });
}

/** Hands the graph to TensorFlow, which takes it only as a saved model in a folder. */
function load(graph: Graph, openSession: OpenSession): GraphSession {
  const folder = Deno.makeTempDirSync({ prefix: "graph-" });
  try {
    writeModel(`${folder}/saved_model.pb`, encodeSavedModel(graph));
    return openSession(folder);
  } catch (error) {
    if (error instanceof WriteError) throw error;
    throw new Error(
      `Cannot build the graph: ${
        (error as Error).message
      }; if an attribute is missing, add it to ` +
        `MISSING_TYPES in lib/engine/graph/trace.ts`,
      { cause: error },
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function writeModel(path: string, bytes: Uint8Array): void {
  try {
    Deno.writeFileSync(path, bytes);
  } catch (error) {
    throw writeError(path, error);
  }
}

function runner(
  session: GraphSession,
  name: string,
  { inputs, outputs }: RecordedFunction,
): Compiled {
  const inputNames = Object.keys(inputs);
  const outputNames = Object.keys(outputs);
  const run = session.prepare(Object.values(inputs), Object.values(outputs));
  return (feeds) => {
    try {
      const results = run(inputNames.map((input) => feeds[input]!));
      return Object.fromEntries(outputNames.map((output, i) => [output, results[i]!]));
    } catch (error) {
      throw new Error(`Cannot run "${name}": ${(error as Error).message}`, { cause: error });
    }
  };
}

function checkFeeds(name: string, specs: Readonly<Record<string, TensorSpec>>, feeds: Tensors) {
  const unknown = Object.keys(feeds).filter((input) => !(input in specs));
  if (unknown.length > 0) {
    throw new TypeError(
      `Cannot run "${name}": inputs must be ${Object.keys(specs).join(", ")}, got ${
        unknown.join(", ")
      }`,
    );
  }
  for (const [input, { shape, dtype }] of Object.entries(specs)) {
    const feed = feeds[input];
    if (feed?.dtype !== dtype || feed.shape.join() !== shape.join()) {
      throw new TypeError(
        `Cannot run "${name}": ${input} must be ${dtype} [${shape.join(", ")}], ` +
          `got ${feed ? `${feed.dtype} [${feed.shape.join(", ")}]` : "nothing"}`,
      );
    }
  }
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
