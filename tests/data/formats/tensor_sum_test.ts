import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { BLANK, CHECKSUM, judge, type Verdict, writeSum } from "@/data/formats/tensor_sum.ts";

const VALUES = Uint8Array.of(7, 8);
const TENSOR = '"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}';

/** Makes a header with its length in front; its sum blank where it is to be written. */
function startOf(header: string): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer);
  return Uint8Array.from([...length, ...text]);
}

function judged(start: Uint8Array, values = VALUES): Verdict {
  const header = JSON.parse(new TextDecoder().decode(start.subarray(8)));
  const bytes = Uint8Array.from([...start, ...values]);
  return judge(bytes, start.length, header, header.__metadata__ ?? {});
}

const ours = () => startOf(`{${TENSOR},"__metadata__":{"step":"3","${CHECKSUM}":"${BLANK}"}}  `);

Deno.test("writeSum() puts the SHA-256 of all bytes where its placeholder stood", () => {
  const start = ours();
  const sum = createHash("sha256").update(start).update(VALUES).digest("hex");
  writeSum(start, [VALUES]);
  assert.equal(new TextDecoder().decode(start.subarray(-64 - 5, -5)), sum);
  assert.equal(judged(start), "intact");
});

Deno.test("judge() calls a file in our layout damaged if any byte of it changes", () => {
  const start = ours();
  writeSum(start, [VALUES]);
  assert.equal(judged(start, Uint8Array.of(7, 9)), "damaged");
  const text = new TextDecoder().decode(start.subarray(8));
  const changes = [['"3"', '"4"'], ['"step"', '"sTep"'], [CHECKSUM, "sha257"], ['"a"', '"b"']];
  for (const [before, after] of changes) {
    assert.equal(judged(startOf(text.replace(before!, after!))), "damaged", after!);
  }
});

Deno.test("judge() tells a lost sum from a stale one in the layouts of other programs", () => {
  const sum = `"${CHECKSUM}":"${"a".repeat(64)}"`;
  const verdicts: [string, Verdict][] = [
    [`{${TENSOR}}`, "no sum"],
    [`{"__metadata__":{"step":"3"},${TENSOR}}`, "no sum"],
    [`{${TENSOR},"__metadata__":{"step":"3"}}`, "no sum"],
    [`{"__metadata__":{${sum}},${TENSOR}}`, "stale sum"],
    [`{${TENSOR}, "__metadata__": {${sum}}}`, "stale sum"],
    [`{${TENSOR},"__metadata__":{${sum},"a b":"\\" c"}}`, "damaged"], // blanks within strings are no layout
  ];
  for (const [header, verdict] of verdicts) {
    assert.equal(judged(startOf(header)), verdict, header);
  }
});
