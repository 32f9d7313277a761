import assert from "node:assert/strict";
import { describeMachine, whyNotBfloat16 } from "@/engine/machine.ts";

Deno.test("describeMachine() counts cores and names the GPU, and nothing else", () => {
  assert.match(describeMachine(), /^\d+ CPU cores?(, NVIDIA .+)?$/);
});

for (const flag of ["amx_bf16", "avx512_bf16"]) {
  Deno.test(`whyNotBfloat16() finds bfloat16 fast on a CPU with ${flag}`, () => {
    const cpuinfo = `processor\t: 0\nflags\t\t: fpu avx512f ${flag} sse\nbogomips\t: 5000\n`;
    assert.equal(whyNotBfloat16({ cpuinfo }), undefined);
    assert.equal(whyNotBfloat16({ cpuinfo: cpuinfo.replaceAll("\n", ` ${flag}\n`) }), undefined);
  });
}

Deno.test("whyNotBfloat16() names the instructions that a CPU lacks", () => {
  const reason = "the CPU has none of amx_bf16, avx512_bf16";
  const others =
    "processor\t: 0\nmodel name\t: avx512_bf16 to come\nflags\t\t: avx512f xavx512_bf16\n";
  for (const cpuinfo of ["", "flags\t\t:", others, "Features\t: fp asimd bf16\n"]) {
    assert.equal(whyNotBfloat16({ cpuinfo }), reason, cpuinfo);
  }
});

Deno.test("whyNotBfloat16() wants compute capability 8.0 of a GPU", () => {
  for (const computeCapability of ["8.0", "8.9", "9.0", "12.0"]) {
    assert.equal(whyNotBfloat16({ computeCapability }), undefined, computeCapability);
  }
  const reason = "the GPU's compute capability must be 8.0 or more, got ";
  assert.equal(whyNotBfloat16({ computeCapability: "7.5" }), `${reason}7.5`);
  const silent = { computeCapability: undefined };
  assert.equal(whyNotBfloat16(silent), `${reason}no answer from nvidia-smi`);
});

Deno.test("whyNotBfloat16() asks this machine unless told otherwise", () => {
  assert.match(whyNotBfloat16() ?? "fast", /^(fast|the CPU has none of .*|the GPU's compute .*)$/);
});
