import assert from "node:assert/strict";
import { lossesOfMethods, type LossPanel, type MethodLoss, seedDots } from "@/show/plot/methods.ts";
import { countColoured } from "./coloured.ts";

const [FIRST, SECOND] = ["#0072b2", "#d55e00"] as const;

/** A history whose term falls towards a level. */
const history = (level: number) =>
  Array.from({ length: 200 }, (_, i) => ({ step: i + 1, image: level + 400 / (i + 1) }));

const loss = (colour: string, histories: MethodLoss["histories"]): MethodLoss => ({
  name: colour,
  colour,
  term: "image",
  histories,
});

Deno.test("lossesOfMethods() draws each method in its colour", () => {
  const one: LossPanel = { title: "image", losses: [loss(FIRST, [history(10)])] };
  const two = { ...one, losses: [...one.losses, loss(SECOND, [history(60)])] };
  assert.equal(countColoured(lossesOfMethods([one]), SECOND), 0);
  for (const colour of [FIRST, SECOND]) {
    assert.ok(countColoured(lossesOfMethods([two]), colour) > 500, colour);
  }
});

Deno.test("lossesOfMethods() draws the mean strong and the seeds faint", () => {
  const strong = (...levels: number[]) =>
    countColoured(
      lossesOfMethods([{ title: "", losses: [loss(FIRST, levels.map(history))], level: 1000 }]),
      FIRST,
    );
  // The seeds are apart from their mean: only its line has the full colour.
  assert.ok(Math.abs(strong(10, 200) / strong(60) - 1) < 0.25, `${strong(10, 200)} ${strong(60)}`);
});

Deno.test("lossesOfMethods() divides a term by its weight", () => {
  const weighted = history(10).map(({ step, image }) => ({ step, image: 10 * image }));
  const panel = { title: "", losses: [loss(FIRST, [history(10)])] };
  const same = { title: "", losses: [{ ...loss(FIRST, [weighted]), weight: 10 }] };
  const [a, b] = [panel, same].map((each) => lossesOfMethods([each]).pixels);
  assert.deepEqual(a, b);
});

Deno.test("lossesOfMethods() puts panels beside each other in the same width", () => {
  const panel = (share: number) => ({ title: "", losses: [loss(FIRST, [history(10)])], share });
  const one = lossesOfMethods([panel(1)]);
  const two = lossesOfMethods([panel(2), panel(1)]);
  assert.ok(Math.abs(one.width - two.width) < 4, `${one.width} and ${two.width}`);
  assert.equal(one.height, two.height);
});

Deno.test("lossesOfMethods() averages only the steps that all seeds have", () => {
  const short = history(200).slice(0, 100);
  const both = countColoured(
    lossesOfMethods([{ title: "", losses: [loss(FIRST, [history(10), short])] }]),
    FIRST,
  );
  const whole = countColoured(
    lossesOfMethods([{ title: "", losses: [loss(FIRST, [history(10), history(200)])] }]),
    FIRST,
  );
  assert.ok(both < whole, `${both} of ${whole} pixels`);
});

Deno.test("seedDots() draws a dot for each seed and a stroke for their mean", () => {
  const panel = (...values: number[]) => seedDots([{ title: "pieces", values: { a: values } }]);
  // Strokes have the full colour; dots are lighter, except where they overlap a stroke.
  const stroke = countColoured(panel(1, 9), FIRST);
  assert.ok(stroke > 100, `${stroke}`);
  assert.ok(countColoured(panel(1, 9), "#74b1d5") > 200); // 0.55 of the colour on white
  assert.equal(countColoured(panel(1, 9), SECOND), 0);
});

Deno.test("seedDots() draws two panels in a row, a line for each method", () => {
  const values = { a: [1, 2], b: [3, 4] };
  const panels = (count: number) => Array.from({ length: count }, () => ({ title: "", values }));
  const [one, two, three] = [1, 2, 3].map((count) => seedDots(panels(count)));
  assert.equal(two!.height, one!.height);
  assert.ok(two!.width > 1.8 * one!.width);
  assert.equal(three!.width, two!.width);
  assert.ok(three!.height > 1.8 * one!.height);
  assert.ok(countColoured(two!, SECOND) > 100);
});

Deno.test("seedDots() begins at 0, also where all values are 0", () => {
  const { width } = seedDots([{ title: "", values: { a: [0, 0] } }]);
  assert.ok(width > 0);
});
