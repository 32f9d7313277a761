/** Adam in plain float64 numbers, as the paper's section 2 writes its step size. */

/** What Adam remembers. */
export interface TwinMoments {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** Moments of nothing yet. */
export function twinMoments(count: number): TwinMoments {
  return { first: new Float64Array(count), second: new Float64Array(count) };
}

/**
 * Moves values in place; `step` counts the moves before. The gradient is first scaled down to the
 * norm `clipNorm`. `momentum` is how much the moments keep, as in `applyAdam`.
 */
export function adamTwin(
  values: Float64Array,
  { first, second }: TwinMoments,
  gradient: ArrayLike<number>,
  step: number,
  { learningRate, clipNorm, momentum = { first: 0.9, second: 0.999 } }: {
    learningRate: number;
    clipNorm: number;
    momentum?: { readonly first: number; readonly second: number };
  },
): void {
  const [beta1, beta2, epsilon, t] = [momentum.first, momentum.second, 1e-8, step + 1];
  let squares = 0;
  for (let i = 0; i < gradient.length; i++) squares += gradient[i]! ** 2;
  const norm = Math.sqrt(squares);
  const scale = norm > clipNorm ? clipNorm / norm : 1;
  const rate = learningRate * Math.sqrt(1 - beta2 ** t) / (1 - beta1 ** t);
  for (let i = 0; i < values.length; i++) {
    const slope = gradient[i]! * scale;
    first[i] = beta1 * first[i]! + (1 - beta1) * slope;
    second[i] = beta2 * second[i]! + (1 - beta2) * slope ** 2;
    values[i]! -= rate * first[i]! / (Math.sqrt(second[i]!) + epsilon);
  }
}
