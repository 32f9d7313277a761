/**
 * Cells executed headless: the outputs of a notebook, of all kinds and sizes, each under its cell.
 *
 * @module
 */
import { join } from "node:path";
import { createRandom, type Random, seedFor } from "@/engine/random.ts";
import { executeNotebook } from "@/tools/runner/execute_notebook.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { exists } from "@/tools/setup/prepared.ts";
import type { Fault, FaultContext, FaultResult } from "./fault.ts";

/** How an output is sent; its bytes are noise, since nothing here draws them. */
export type Kind = "stdout" | "stderr" | "value" | "text/html" | "image/png";

/** An output of a cell: how it is sent and `fill(seed, length)`, what it holds. */
export interface Output {
  readonly kind: Kind;
  readonly seed: number;
  readonly length: number;
}

/** A cell of a notebook, as nbformat stores it after execution. */
export interface StoredCell {
  readonly outputs: readonly {
    readonly output_type: string;
    readonly name?: string;
    readonly text?: string | readonly string[];
    readonly data?: Readonly<Record<string, string | readonly string[]>>;
  }[];
}

/** Cells of a notebook after its first, which defines `fill`; many, since a kernel takes a second. */
const CELLS_PER_NOTEBOOK = 500;

/** Least and greatest number of characters of an output; logarithms of lengths are uniform. */
const LENGTHS: Readonly<Record<Kind, readonly [number, number]>> = {
  stdout: [10, 100_000],
  stderr: [10, 100_000],
  value: [10, 10_000],
  "text/html": [10, 1_000_000],
  "image/png": [1_000, 4_000_000], // base64 of up to 3 MB
};

/** Where nbformat puts outputs: the name of a stream, or the type. Each keeps its order, not all together. */
const PATHS: Readonly<Record<Kind, string>> = {
  stdout: "stdout",
  stderr: "stderr",
  value: "execute_result",
  "text/html": "display_data",
  "image/png": "display_data",
};

/** The fault: a fifth of the cells wait for their outputs to be sent, the others do not. */
export const CELLS: Fault = {
  name: "cells executed headless",
  right: "every output under its cell, in order, to the last character",
  tries: { whole: 5000, short: 100 },
  run: executeCells,
};

async function executeCells(context: FaultContext): Promise<FaultResult> {
  const { folder, tries, seed, signal } = context;
  if (!await exists(PROJECT.python)) {
    return { tried: 0, failures: [], skipped: "no .venv; run `deno task setup`" };
  }
  const failures: string[] = [];
  let characters = 0;
  for (let start = 0; start < tries; start += CELLS_PER_NOTEBOOK) {
    signal?.throwIfAborted();
    const random = createRandom(seedFor(seed, `notebook at ${start}`));
    const count = Math.min(CELLS_PER_NOTEBOOK, tries - start);
    const wanted = Array.from({ length: count }, () => drawCell(random));
    const path = join(folder, `cells-${start}.ipynb`);
    await Deno.writeTextFile(path, JSON.stringify(notebookOf(wanted, random)));
    let stored: readonly StoredCell[] | undefined;
    let reason = "";
    try {
      await executeNotebook(path, {
        ...(signal && { signal }),
        onCell: ({ cell }) => context.onTry(start + cell - 1),
      });
      stored = JSON.parse(await Deno.readTextFile(path)).cells.slice(1);
    } catch (error) {
      signal?.throwIfAborted();
      reason = (error as Error).message;
    }
    for (const [i, outputs] of wanted.entries()) {
      const odd = stored ? oddOutputs(outputs, stored[i]!) : reason;
      if (odd) failures.push(`seed ${seed}, notebook at ${start}, cell ${i + 1}: ${odd}`);
      characters += outputs.reduce((sum, { length }) => sum + length, 0);
    }
    await Deno.remove(path);
  }
  return { tried: tries, failures, note: `${Math.round(characters / 1e6)} MB of outputs` };
}

/** Draws the outputs of a cell: one to four, of which the value, if any, is the last. */
function drawCell(random: Random): Output[] {
  const sent: Kind[] = ["stdout", "stderr", "text/html", "image/png"];
  const kinds: Kind[] = Array.from(
    { length: 1 + random.integer(3) },
    () => sent[random.integer(4)]!,
  );
  if (random.uniform() < 0.2) kinds.push("value");
  return kinds.map((kind) => {
    const [least, most] = LENGTHS[kind];
    const length = Math.round(least * (most / least) ** random.uniform());
    return { kind, seed: 1 + random.integer(2 ** 31 - 1), length };
  });
}

/** Makes a notebook of cells that show outputs. */
function notebookOf(wanted: readonly (readonly Output[])[], random: Random): unknown {
  const sources = [
    // The kernel makes the outputs with the same function as the check.
    `${fill}
const display = (type: string, text: string) =>
  Deno.jupyter.broadcast("display_data", { data: { [type]: text }, metadata: {} });`,
    ...wanted.map((outputs) => {
      const wait = random.uniform() < 0.2 ? "await " : "";
      return outputs.map((output) => codeOf(output, wait)).join("\n");
    }),
  ];
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: sources.map((source, i) => ({
      cell_type: "code",
      id: `cell-${i}`,
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    })),
  };
}

function codeOf({ kind, seed, length }: Output, wait: string): string {
  const text = `fill(${seed}, ${length})`;
  if (PATHS[kind] === kind) {
    return `console.${kind === "stdout" ? "log" : "error"}(${text});`;
  }
  if (kind === "value") {
    return `({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": ${text} }) })`;
  }
  return `${wait}display("${kind}", ${text});`;
}

/** Gives `length` characters of base64 that follow from a seed in 1 to 2^31 - 1 (xorshift). */
export function fill(seed: number, length: number): string {
  const bytes = new Uint8Array(3 * Math.ceil(length / 4));
  let state = seed;
  for (let i = 0; i < bytes.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes.toBase64().slice(0, length);
}

/** Says what of a cell's outputs is lacking, misplaced or changed; nothing if all is right. */
export function oddOutputs(
  outputs: readonly Output[],
  { outputs: stored }: StoredCell,
): string | undefined {
  const joined = (text: string | readonly string[]) => [text].flat().join("");
  const wanted: Record<string, string[]> = {};
  for (const { kind, seed, length } of outputs) {
    const text = fill(seed, length);
    (wanted[PATHS[kind]] ??= []).push(PATHS[kind] === kind ? text + "\n" : text);
  }
  const got: Record<string, string[]> = {};
  for (const { output_type, name, text, data } of stored) {
    (got[name ?? output_type] ??= []).push(joined(text ?? Object.values(data!)[0]!));
  }
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(got)])) {
    const [must, is] = [wanted, got].map((all) => all[name] ?? []) as [string[], string[]];
    // A stream may come in pieces.
    const isEqual = name.startsWith("std")
      ? must.join("") === is.join("")
      : must.length === is.length && must.every((text, i) => text === is[i]);
    if (!isEqual) {
      const sizes = (texts: string[]) => texts.map(({ length }) => length).join(" + ") || "nothing";
      return `${name} must have ${sizes(must)} characters, got ${sizes(is)}`;
    }
  }
}
