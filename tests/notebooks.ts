/** The project's notebooks as files. */
import { join } from "node:path";
import { PROJECT } from "@/tools/setup/layout.ts";

/** What a cell showed. */
export interface NotebookOutput {
  readonly output_type: string;
  readonly data?: Readonly<Record<string, string | readonly string[]>>;
}

/** One cell. */
export interface NotebookCell {
  readonly cell_type: "code" | "markdown" | "raw";
  readonly source: readonly string[];
  readonly metadata: { readonly tags?: readonly string[] };
  readonly execution_count?: number | null;
  readonly outputs?: readonly NotebookOutput[];
}

/** A notebook in nbformat 4. */
export interface Notebook {
  readonly metadata: { readonly kernelspec?: { readonly name: string } };
  readonly cells: readonly NotebookCell[];
}

/** The folder of the notebooks. */
export const NOTEBOOKS = join(PROJECT.root, "notebooks");

/** The files' names, in order. */
export const NAMES = [...Deno.readDirSync(NOTEBOOKS)].map(({ name }) => name)
  .filter((name) => name.endsWith(".ipynb")).sort();

/** Reads a notebook. */
export function readNotebook(path: string): Notebook {
  return JSON.parse(Deno.readTextFileSync(path));
}

/** The text of a cell. */
export const textOf = ({ source }: NotebookCell): string => source.join("");

/** The cells of code, in order. */
export const codeCells = ({ cells }: Notebook): NotebookCell[] =>
  cells.filter(({ cell_type }) => cell_type === "code");
