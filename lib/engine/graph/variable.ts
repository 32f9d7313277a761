/**
 * State that outlives a call: weights, Adam's moments, batch-norm statistics.
 *
 * A variable is a TensorFlow resource, read and written by operations, so the same code runs eagerly
 * and in a graph. A graph has variables of its own: `jit` moves the values over when it compiles.
 *
 * @module
 */
import { nativeOp, shape as shapeAttribute, type } from "@/engine/native.ts";
import * as tf from "@/engine/tf.ts";
import { elementCount } from "@/engine/shapes.ts";

const FLOAT = { dtype: type("float32") };
const live = new Map<string, Variable>();
let variableCount = 0;

/** A named float32 tensor that keeps its shape while its values change. */
export class Variable implements Disposable {
  /** Unique within the process: TensorFlow finds the resource by it. */
  readonly sharedName: string;
  #isCompiled = false;

  /**
   * Makes a variable.
   *
   * @param name What it holds, such as `encoder/conv1/kernel`
   * @param shape Its shape
   * @param values Its first values, which are copied; 0 unless given
   * @throws {TypeError} If there are too few or too many values
   */
  constructor(readonly name: string, readonly shape: number[], values?: Float32Array) {
    const count = elementCount(shape);
    if (values && values.length !== count) {
      throw new TypeError(
        `Cannot make variable "${name}": shape [${shape}] must have ${count} values, ` +
          `got ${values.length}`,
      );
    }
    this.sharedName = `${name}.${variableCount++}`;
    // A tensor may share JavaScript's memory, and updates in place would then write into it.
    tf.tidy(() => this.assign(values ? tf.tensor(values.slice(), shape) : tf.zeros(shape)));
    live.set(this.sharedName, this);
  }

  /** Gives the values as a tensor; the caller disposes it. */
  read(): tf.Tensor {
    return tf.tidy(() => nativeOp("ReadVariableOp", FLOAT, [this.handle()])[0]!);
  }

  /**
   * Replaces the values.
   *
   * @throws {TypeError} If shape or type differ
   */
  assign(values: tf.Tensor): void {
    if (values.shape.join() !== this.shape.join() || values.dtype !== "float32") {
      throw new TypeError(
        `Cannot assign to variable "${this.name}": values must be float32 [${this.shape}], ` +
          `got ${values.dtype} [${values.shape}]`,
      );
    }
    tf.tidy(() => nativeOp("AssignVariableOp", FLOAT, [this.handle(), values], 0));
  }

  /**
   * Gives the resource, for operations that update it in place; the caller disposes it.
   *
   * @throws {Error} If the values have moved into a compiled program
   */
  handle(): tf.Tensor {
    if (this.#isCompiled) {
      throw new Error(
        `Cannot use variable "${this.name}": its values live in a compiled program; ` +
          `read or write it in a function of that program`,
      );
    }
    return nativeOp("VarHandleOp", {
      ...FLOAT,
      shape: shapeAttribute(this.shape),
      container: "",
      shared_name: this.sharedName,
    }, [])[0]!;
  }

  /** Frees the eager values, once or more often. */
  [Symbol.dispose](): void {
    if (!live.delete(this.sharedName)) return;
    tf.tidy(() => nativeOp("DestroyResourceOp", { ignore_lookup_error: true }, [this.handle()], 0));
  }

  /** Frees the eager values and marks the variable as a compiled program's. For `jit` only. */
  moveIntoProgram(): void {
    this[Symbol.dispose]();
    this.#isCompiled = true;
  }
}

/** Finds a variable by the name under which TensorFlow knows it. */
export function variableNamed(sharedName: string): Variable {
  return live.get(sharedName)!;
}
