import assert from "node:assert/strict";
import { judgePhotos, takeSquares } from "@/data/photo/judgement.ts";
import type { Photo } from "@/data/photo/photo.ts";
import type { Fault } from "@/data/photo/silhouette.ts";

const square = Float32Array.of(0.5);
const cut = (name: string): Photo => ({ name, square, object: Float32Array.of(1) });
const made = (name: string): Photo => ({ name, square, object: square });
const faulty = (name: string, fault: Fault): Photo => ({ name, square, fault });

Deno.test("judgePhotos() takes objects, and says of the others why and what helps", () => {
  const photos = [
    cut("folder/a.png"),
    faulty("folder/b.png", "several objects"),
    faulty("folder/c.png", "cut off"),
    cut("folder/d.png"),
    cut("folder/e.png"),
  ];
  const { seen, leftOut, words } = judgePhotos(photos);
  assert.deepEqual(seen.map((image) => image?.[0]), [1, undefined, undefined, 1, 1]);
  assert.deepEqual(leftOut, [
    '"b.png": it shows several objects; crop it to one',
    '"c.png": the border cuts its object off; show all of it, with some background around it',
  ]);
  assert.equal(words, ", their objects cut out and centred");
});

Deno.test("judgePhotos() says nothing of images that were made for models", () => {
  assert.deepEqual(judgePhotos([made("a.png"), made("b.png")]), {
    seen: [square, square],
    leftOut: [],
    words: "",
  });
});

Deno.test("judgePhotos() never leaves out more than it takes", () => {
  const [good, bad] = [[cut("a"), cut("b")], [faulty("c", "cut off"), faulty("d", "cut off")]];
  assert.equal(judgePhotos([...good, ...bad]).leftOut.length, 2);
  const { seen, leftOut } = judgePhotos([...good, ...bad, faulty("e", "cut off")]);
  assert.ok(seen.every((image) => image === square));
  assert.deepEqual(leftOut, []);
});

Deno.test("judgePhotos() takes the centre squares of pictures that fill their frame", () => {
  const faces = Array.from({ length: 8 }, (_, i) => faulty(`${i}`, "no plain ground"));
  const { seen, leftOut, words } = judgePhotos([cut("a"), ...faces]);
  assert.ok(seen.every((image) => image === square));
  assert.deepEqual(leftOut, []);
  assert.equal(
    words,
    ": the centre square of each, since an object could be cut out of only 1 of 9 (8 no plain ground)",
  );
});

Deno.test("takeSquares() takes the centre square of each", () => {
  const { seen, leftOut, words } = takeSquares([cut("a"), faulty("b", "cut off")]);
  assert.deepEqual([seen, leftOut, words], [[square, square], [], ": centre squares"]);
});
