import assert from "node:assert/strict";
import { createCanvas } from "@napi-rs/canvas";
import { decodeImage } from "@/data/formats/image_file.ts";
import { scaledPhotograph } from "@/data/photo/scaled.ts";
import { boxOf, findObject, type FoundObject } from "@/data/photo/silhouette.ts";
import { box } from "@/data/synthetic/primitives.ts";
import {
  BACKDROPS,
  cropped,
  maskError,
  photograph,
  renderBodies,
  renderSolid,
  sideBySide,
} from "./scenes.ts";

async function find(bytes: Uint8Array) {
  return findObject(scaledPhotograph(await decodeImage(bytes, "photograph")));
}

async function findOne(bytes: Uint8Array): Promise<FoundObject> {
  const found = await find(bytes);
  assert.ok(typeof found !== "string", `${found}`);
  return found;
}

/** Draws white shapes on a ground and finds the object. */
function drawn(draw: (fill: (...place: [number, number, number, number]) => void) => void) {
  const canvas = createCanvas(100, 100);
  const context = canvas.getContext("2d");
  const fillWith = (colour: string) => (...place: [number, number, number, number]) => {
    context.fillStyle = colour;
    context.fillRect(...place);
  };
  fillWith("#204060")(0, 0, 100, 100);
  draw(fillWith("#f0f0f0"));
  return find(new Uint8Array(canvas.toBuffer("image/png")));
}

const VIEWS = Object.entries({ chair: 1, car: 2, cup: 3, bowl: 4, person: 5, airplane: 6 })
  .map(([kind, seed]) => ({ kind, view: renderSolid(kind, { seed, azimuth: seed - 0.4 }) }));

Deno.test("findObject() finds solids on every ground to within 2 %, in PNGs and JPEGs", async () => {
  const colours = { red: [0.75, 0.3, 0.25], dark: [0.15, 0.15, 0.18] } as const;
  for (const [i, { kind, view }] of VIEWS.entries()) {
    for (const [name, backdrop] of Object.entries({ ...BACKDROPS, transparent: undefined })) {
      const types = backdrop ? ["png", "jpeg"] as const : ["png"] as const;
      for (const [k, type] of types.entries()) {
        const colour = (i + k) % 2 ? colours.red : colours.dark;
        const { opacity } = await findOne(photograph(view, { backdrop, colour, type }));
        const error = maskError(opacity, view);
        assert.ok(error <= 0.02, `${kind} on ${name} as ${type}: ${error}`);
      }
    }
  }
});

Deno.test("findObject() finds solids in noise", async () => {
  for (const { kind, view } of VIEWS) {
    const noisy = { backdrop: BACKDROPS.gradient, noise: 8, type: "jpeg", quality: 85 } as const;
    const error = maskError((await findOne(photograph(view, noisy))).opacity, view);
    assert.ok(error <= 0.02, `${kind}: ${error}`);
  }
});

Deno.test("findObject() gives the object's own brightness, without the ground's", async () => {
  const block = renderBodies([box([-0.6, -0.6, -0.6], [0.6, 0.6, 0.6])]);
  for (const backdrop of [BACKDROPS.white, BACKDROPS.blue, undefined]) {
    const { opacity, luma } = await findOne(
      photograph(block, { backdrop, colour: [0.2, 0.2, 0.2] }),
    );
    // Faces reflect 0.55 to 0.95 of 0.2; half covered pixels have half of it.
    luma.forEach((value, i) => {
      assert.ok(value <= 0.2 * opacity[i]! + 0.06, `${value} of ${opacity[i]}`);
      if (opacity[i] === 0) assert.equal(value, 0);
    });
    assert.ok(luma.filter((value) => value > 0.1).length > 1000);
  }
});

Deno.test("findObject() leaves a large hole open and fills a small one", async () => {
  const found = await drawn((fill) => {
    fill(20, 20, 60, 10);
    fill(20, 70, 60, 10);
    fill(20, 20, 10, 60);
    fill(70, 20, 10, 60);
  });
  assert.ok(typeof found !== "string");
  assert.equal(found.opacity[50 * 100 + 50], 0);
  const spotted = await drawn((fill) => {
    fill(20, 20, 60, 60);
  });
  const canvas = createCanvas(100, 100);
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, 100, 100);
  context.fillStyle = "#803010";
  context.fillRect(20, 20, 60, 60);
  context.fillStyle = "white"; // a highlight of 4 pixels; half a cell of the model's image has 4.5
  context.fillRect(40, 40, 2, 2);
  const filled = await findOne(new Uint8Array(canvas.toBuffer("image/png")));
  assert.ok(typeof spotted !== "string");
  assert.deepEqual(
    filled.opacity.map((value) => Number(value >= 0.5)),
    spotted.opacity.map((value) => Number(value >= 0.5)),
  );
  assert.ok(filled.luma[40 * 100 + 40]! > 0.9);
});

Deno.test("findObject() joins near parts, removes dust, and refuses several objects", async () => {
  const parts = await drawn((fill) => {
    fill(40, 30, 10, 30);
    fill(40, 20, 10, 5); // as the dot of an i
    fill(80, 80, 2, 2); // dust: 1 % of the area
  });
  assert.ok(typeof parts !== "string");
  assert.deepEqual([parts.opacity[22 * 100 + 45], parts.opacity[81 * 100 + 81]], [1, 0]);
  assert.equal(
    await drawn((fill) => {
      fill(10, 30, 20, 30);
      fill(60, 30, 20, 20);
    }),
    "several objects",
  );
  const [a, b] = [renderSolid("chair", { width: 240 }), renderSolid("bowl", { width: 240 })];
  const two = photograph(sideBySide(a, b), { backdrop: BACKDROPS.white, type: "jpeg" });
  assert.equal(await find(two), "several objects");
});

Deno.test("findObject() tells what the border cuts off from what is cropped to its edges", async () => {
  const view = renderSolid("car", { azimuth: 1.2 });
  for (const backdrop of [BACKDROPS.grey, undefined]) {
    const cut = cropped(view, 0, 0, 260, 360);
    assert.equal(await find(photograph(cut, { backdrop })), "cut off");
  }
  const mask = view.coverage.map((value) => Number(value >= 0.5));
  const { left, right, top, bottom } = boxOf(Uint8Array.from(mask), view);
  const even = (value: number) => value - value % 2;
  const tight = cropped(view, left, top, even(right - left), even(bottom - top));
  const { opacity } = await findOne(photograph(tight, {}));
  const wrong = opacity.filter((value, i) => (value >= 0.5) !== (tight.coverage[i]! >= 0.5));
  assert.equal(wrong.length, 0);
});

Deno.test("findObject() says when there is nothing, or no plain ground", async () => {
  assert.equal(await drawn(() => {}), "nothing on its ground");
  const marble = (x: number, y: number) => {
    const value = 0.5 + 0.4 * Math.sin(40 * x) * Math.sin(31 * y);
    return [value, value, value] as const;
  };
  const view = renderSolid("car");
  assert.equal(await find(photograph(view, { backdrop: marble })), "no plain ground");
  const speck = createCanvas(4, 4); // too small to have a border
  assert.equal(await find(new Uint8Array(speck.toBuffer("image/jpeg"))), "no plain ground");
});
