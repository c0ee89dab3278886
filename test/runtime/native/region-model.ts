import { functionKey, parseModel } from "../../../src/ir/index.ts";
import { encodeModel } from "../../../src/onnx/index.ts";
import { digestConstants, encodeProgram } from "../../../src/region/encode-program.ts";
import { kernelProgram } from "../../../src/region/kernel-program.ts";
import { dotKernel } from "./test-kernels.ts";

export const outputs = 200;
export const weights = Int8Array.from({ length: 64 * outputs }, (_, i) => ((i * 73) % 255) - 127);
const bias = Int32Array.from({ length: outputs }, (_, i) => i * 1000 - 5000);

/**
 * The program of the region: y = bias + (x - 128) · w, int32. `inner` is the program of a region in its body: one more
 * constant input, which nothing reads.
 */
export function regionProgram({ inner, xZero = 128 }: { inner?: Uint8Array; xZero?: number } = {}): Uint8Array {
  const constants = { weights: new Uint8Array(weights.buffer), bias: new Uint8Array(bias.buffer) };
  const { program, roles } = kernelProgram(dotKernel(outputs), { numbers: { xZero }, tables: {} }, constants);
  const dims = [1, outputs];
  const aligned = program.kernels.map((kernel) => ({
    ...kernel,
    arguments: kernel.arguments.map((a) => (a.name === "y" ? { ...a, alignment: 1 } : a)),
  }));
  const [output] = program.outputs;
  const more =
    inner === undefined
      ? []
      : [{ kind: "constant" as const, name: "inner", dtype: "uint8" as const, bytes: inner.length }];
  const described = {
    ...program,
    inputs: [...program.inputs, ...more],
    kernels: aligned,
    outputs: [{ name: "y", dtype: "int32" as const, dims, bytes: output?.bytes ?? 0 }],
  };
  const list = [...roles.map((role) => constants[role as "weights"]), ...(inner === undefined ? [] : [inner])];
  return encodeProgram(described, digestConstants(list));
}

/** What the region computes. */
export function expectedOf(x: Uint8Array): Int32Array {
  return Int32Array.from({ length: (x.length / 64) * outputs }, (_, i) => {
    const o = i % outputs;
    const from = Math.floor(i / outputs) * 64;
    let sum = bias[o] as number;
    for (let k = 0; k < 64; k++) sum += ((x[from + k] as number) - 128) * (weights[64 * o + k] as number);
    return sum;
  });
}

/** A model that calls the region; its body adds 1 to what the program computes, so that a run shows which one ran. */
export function regionModel(program: Uint8Array, options: { name?: string; weights?: Int8Array } = {}): Uint8Array {
  const { name = "Region_avx2_0" } = options;
  const model = parseModel(`ir 9 opset 17 opset ai.inferopt.v1 1
  graph g {
    in %x: uint8[N,64]
    const %w: int8[${outputs},64] = [${(options.weights ?? weights).join(",")}]
    const %b: int32[${outputs}] = [${bias.join(",")}]
    const %p: uint8[${program.length}] = [${program.join(",")}]
    %y: int32[N,${outputs}] = ai.inferopt.v1::${name}(%x, %w, %b, %p)
    out %y
  }
  function ai.inferopt.v1::${name} {
    opset 17
    in %x
    in %w
    in %b
    in %p
    %zero = Constant() {value=uint8[] 128}
    %one = Constant() {value=int32[] 1}
    %t = Transpose(%w) {perm=[1,0]}
    %s = MatMulInteger(%x, %t, %zero)
    %d = Add(%s, %b)
    %y = Add(%d, %one)
    out %y
  }`);
  if (!model.functions.has(functionKey("ai.inferopt.v1", name))) throw new Error("the function is missing");
  return encodeModel(model);
}

/** A region for a better CPU whose body calls a region for a lesser one, whose body is the plain graph. */
export function nestedModel(outer: Uint8Array, inner: Uint8Array): Uint8Array {
  const model = parseModel(`ir 9 opset 17 opset ai.inferopt.v1 1
  graph g {
    in %x: uint8[N,64]
    const %w: int8[${outputs},64] = [${weights.join(",")}]
    const %b: int32[${outputs}] = [${bias.join(",")}]
    const %q: uint8[${inner.length}] = [${inner.join(",")}]
    const %p: uint8[${outer.length}] = [${outer.join(",")}]
    %h: int32[N,${outputs}] = ai.inferopt.v1::Region_avx512vnni_0(%x, %w, %b, %q, %p)
    %y: int32[N,${outputs}] = Identity(%h)
    out %y
  }
  function ai.inferopt.v1::Region_avx512vnni_0 {
    opset 17 opset ai.inferopt.v1 1
    in %x
    in %w
    in %b
    in %q
    in %p
    %y = ai.inferopt.v1::Region_avx2_0(%x, %w, %b, %q)
    out %y
  }
  function ai.inferopt.v1::Region_avx2_0 {
    opset 17
    in %x
    in %w
    in %b
    in %q
    %zero = Constant() {value=uint8[] 128}
    %t = Transpose(%w) {perm=[1,0]}
    %s = MatMulInteger(%x, %t, %zero)
    %y = Add(%s, %b)
    out %y
  }`);
  return encodeModel(model, { valueInfo: "all" });
}
