import assert from "node:assert/strict";
import { launchesOf } from "@/tools/bench/kernels/hlo.ts";

/** As XLA writes a program for an NVIDIA GPU, cut down to one instruction of each kind. */
const PROGRAM = `
HloModule step_program, is_scheduled=true, entry_computation_layout={(f32[64,28]{1,0})->f32[]}

%fused_add (param_0.1: f32[64,28], param_1.2: f32[1000,28]) -> f32[64,28] {
  %param_0.1 = f32[64,28]{1,0} parameter(0)
  %param_1.2 = f32[1000,28]{1,0} parameter(1)
  %slice.3 = f32[64,28]{1,0} slice(%param_1.2), slice={[0:64], [0:28]}, metadata={op_type="Slice" op_name="step/Slice_1"}
  %Mul.4 = f32[] constant(0.5), metadata={op_type="Mul" op_name="step/Mul_6"}
  ROOT %add.5 = f32[64,28]{1,0} add(%param_0.1, %slice.3), metadata={op_type="AddV2" op_name="step/Add"}
}

%gemm_fusion_dot_computation (parameter_0: bf16[64,28], parameter_1: bf16[28,10]) -> f32[64,10] {
  %parameter_0 = bf16[64,28]{1,0} parameter(0)
  %parameter_1 = bf16[28,10]{1,0} parameter(1)
  ROOT %dot.1 = f32[64,10]{1,0} dot(%parameter_0, %parameter_1), lhs_contracting_dims={1}, rhs_contracting_dims={0}, metadata={op_type="MatMul" op_name="step/MatMul"}
}

%fused_update (p0: f32[64,64], p1: f32[1,64], p2: s32[]) -> f32[64,64] {
  %p0 = f32[64,64]{1,0} parameter(0)
  %p1 = f32[1,64]{1,0} parameter(1)
  %p2 = s32[] parameter(2)
  %zero = s32[] constant(0)
  ROOT %write = f32[64,64]{1,0} dynamic-update-slice(%p0, %p1, %p2, %zero)
}

%body (arg: (f32[8], s32[])) -> (f32[8], s32[]) {
  %arg = (f32[8]{0}, /*index=1*/s32[]) parameter(0)
  %item = f32[8]{0} get-tuple-element(%arg), index=0
  %copy.7 = f32[8]{0} copy(%item)
  %count = s32[] get-tuple-element(%arg), index=1
  ROOT %both = (f32[8]{0}, s32[]) tuple(%copy.7, %count)
}

ENTRY %main (arg0.1: f32[64,28], arg1.1: f32[1000,28]) -> f32[64,10] {
  %arg0.1 = f32[64,28]{1,0} parameter(0), metadata={op_name="XLA_Args"}
  %arg1.1 = f32[1000,28]{1,0} parameter(1)
  %loop_add_fusion.2 = f32[64,28]{1,0} fusion(%arg0.1, %arg1.1), kind=kLoop, calls=%fused_add, metadata={op_type="AddV2" op_name="step/Add"}
  %gemm_fusion_dot.1 = f32[64,10]{1,0} fusion(%narrow, %weights), kind=kCustom, calls=%gemm_fusion_dot_computation, backend_config={"fusion_backend_config":{"kind":"__triton_gemm"}}
  %custom-call.3 = (f32[64,30]{1,0}, s8[4194304]{0}) custom-call(%loop_add_fusion.2, %arg1.1), custom_call_target="__cublas$gemm", metadata={op_type="MatMul" op_name="step/MatMul_2"}, backend_config={"gemm_backend_config":{"dot_dimension_numbers":{"lhs_contracting_dimensions":["1"],"rhs_contracting_dimensions":["1"]}}}
  %grad = f32[2,7,7,7,4]{4,3,2,1,0} parameter(2)
  %kernel = f32[3,3,3,8,4]{4,3,2,1,0} parameter(3)
  %cudnn-conv = (f32[2,14,14,14,8]{4,3,2,1,0}, u8[0]{0}) custom-call(%grad, %kernel), window={size=3x3x3 stride=2x2x2}, dim_labels=b012f_012io->b012f, custom_call_target="__cudnn$convBackwardInput"
  %loop_write_fusion = f32[64,64]{1,0} fusion(%log, %row, %place), kind=kLoop, calls=%fused_update
  %start = (f32[8]{0}, s32[]) tuple(%a, %b)
  %while.2 = (f32[8]{0}, s32[]) while(%start), condition=%body, body=%body
  ROOT %result = f32[64,10]{1,0} bitcast(%gemm_fusion_dot.1)
}
`;

Deno.test("launchesOf() tells what each kernel moves and multiplies", () => {
  const [add, product, library, convolution, update, ...copies] = launchesOf(PROGRAM);
  assert.deepEqual(add, {
    kernel: "loop_add_fusion_2",
    computes: "Slice, AddV2, Mul",
    bytes: 3 * 4 * 64 * 28, // of the sliced operand only the slice
    flops: 0,
  });
  assert.deepEqual(product, {
    kernel: "gemm_fusion_dot_1",
    computes: "MatMul",
    bytes: 2 * (64 * 28 + 28 * 10) + 4 * 64 * 10,
    flops: 2 * 64 * 28 * 10,
  });
  assert.deepEqual(library, { // without a name, and without its workspace
    computes: "MatMul",
    bytes: 4 * (64 * 30 + 64 * 28 + 1000 * 28),
    flops: 2 * 64 * 30 * 28,
  });
  assert.deepEqual(convolution, { // each small cell meets each weight
    computes: "custom-call",
    bytes: 4 * (2 * 14 ** 3 * 8 + 2 * 7 ** 3 * 4 + 27 * 8 * 4),
    flops: 2 * 2 * 7 ** 3 * 27 * 8 * 4,
  });
  assert.deepEqual(update, { // one row and its place
    kernel: "loop_write_fusion",
    computes: "fusion",
    bytes: 4 * (64 + 64 + 1),
    flops: 0,
  });
  const copy = { kernel: "copy_7", computes: "copy", bytes: 4 * 16, flops: 0 };
  assert.deepEqual(copies, [copy, copy], "of the loop's condition and body");
});

Deno.test("launchesOf() refuses what is no program", () => {
  assert.throws(() => launchesOf("HloModule empty"), {
    name: "SyntaxError",
    message: "Cannot read a program of XLA: it must have a computation marked ENTRY, got none in " +
      "15 characters; have XLA dump it with --xla_dump_hlo_as_text",
  });
});
