/**
 * Methods: what is learned, and how. A method is one file: its options, its presets, and the learner
 * that it makes of them. `registry.ts` lists the methods.
 *
 * @module
 */
import type { Config, Fields, Preset, RunConfig, Value, ValuesOf } from "@/config.ts";
import type { Learner } from "@/model/learner.ts";

/** A method with the options `F`, as its file describes it. */
export interface MethodDefinition<F extends Fields> {
  /** What it is, in a few words for the help. */
  readonly summary: string;
  /** Its options: defaults, bounds and help in one schema each. */
  readonly options: F;
  /** What the presets change about it, and about the run. */
  readonly presets?: Partial<Record<Preset, Partial<RunConfig & ValuesOf<F>>>>;
  /** Gives the options that depend on others, where the user chose those and not these. */
  readonly derive?: (chosen: Partial<ValuesOf<F>>) => Partial<ValuesOf<F>>;
  /** Options that older files lack, with the values that those runs had. */
  readonly laterOptions?: Partial<ValuesOf<F>>;
  /** Fields of every run that this method's losses depend on, though others' do not: its schedules. */
  readonly fixedFields?: readonly (keyof RunConfig)[];
  /**
   * Makes the learner.
   *
   * @throws {RangeError} If options that are within their bounds do not go together
   */
  create(config: RunConfig & ValuesOf<F>): Learner;
}

/** A method, whatever its options are. */
export interface Method {
  /** What it is, in a few words for the help. */
  readonly summary: string;
  /** Its options: defaults, bounds and help in one schema each. */
  readonly options: Fields;
  /** What the presets change about it, and about the run. */
  readonly presets: Partial<Record<Preset, Readonly<Record<string, Value>>>>;
  /** Gives the options that depend on others, where the user chose those and not these. */
  derive(chosen: Readonly<Record<string, unknown>>): Readonly<Record<string, Value>>;
  /** Options that older files lack, with the values that those runs had. */
  readonly laterOptions: Readonly<Record<string, Value>>;
  /** Fields of every run that this method's losses depend on, though others' do not: its schedules. */
  readonly fixedFields: readonly string[];
  /** Makes the learner of a checked config. */
  create(config: Config): Learner;
}

/** Declares a method; its options give the type of what it is made from. */
export function defineMethod<F extends Fields>(definition: MethodDefinition<F>): Method {
  // Configs are checked against the options before a learner is made of them.
  return {
    presets: {},
    derive: () => ({}),
    laterOptions: {},
    fixedFields: [],
    ...definition,
  } as unknown as Method;
}
