import type { Value } from "../../../../src/ir/index.ts";
import { numbersOf, sizeOf } from "../../../../src/ir/index.ts";
import type { LoweredRegion, LoweredStep, Operand } from "../../../../targets/cpu/lower/index.ts";
import { sampleShape } from "../../../../targets/cpu/lower/index.ts";
import { evaluateBinary } from "../../../../targets/cpu/reference/binary.ts";
import { evaluateConv } from "../../../../targets/cpu/reference/conv.ts";
import { evaluateDepthwise } from "../../../../targets/cpu/reference/depthwise.ts";
import { evaluateFillBorder } from "../../../../targets/cpu/reference/fill-border.ts";
import { evaluateFloatConv } from "../../../../targets/cpu/reference/float/conv.ts";
import { evaluateFloatBinary } from "../../../../targets/cpu/reference/float/elementwise.ts";
import { evaluateFloatMove } from "../../../../targets/cpu/reference/float/move.ts";
import { evaluatePool } from "../../../../targets/cpu/reference/pool.ts";
import { evaluateResize } from "../../../../targets/cpu/reference/resize.ts";
import { evaluateTable } from "../../../../targets/cpu/reference/table.ts";
import { evaluateTransfer } from "../../../../targets/cpu/reference/transfer.ts";
import { evaluateAttention } from "../../../../targets/cpu/reference/transformer/attention.ts";
import { evaluateProduct } from "../../../../targets/cpu/reference/transformer/product.ts";
import { evaluateSoftmax } from "../../../../targets/cpu/reference/transformer/softmax.ts";
import { evaluateNormalization } from "../../../../targets/cpu/reference/transformer/normalization.ts";

/** Room behind every storage. */
const STORAGE_BYTES = 1 << 22;

/** Computes a lowered region step by step with the oracles: one sample, values by name in and out. */
export function runLowered(
  region: LoweredRegion,
  feeds: ReadonlyMap<string, Uint8Array | Float32Array>,
): ReadonlyMap<string, Uint8Array | Float32Array> {
  const storages = new Map<number, ArrayBuffer>();
  const results = new Map<string, ArrayBuffer>(
    region.outputs.map((value) => [value.name, new ArrayBuffer(sizeOf(sampleShape(value) ?? []) * 4)]),
  );
  const bytes = (operand: Operand): { readonly buffer: ArrayBufferLike; readonly offset: number } => {
    switch (operand.kind) {
      case "constant":
        return { buffer: Uint8Array.from(operand.value.constant?.bytes() ?? []).buffer, offset: 0 };
      case "border": {
        const fed = feeds.get(operand.value.name);
        if (fed !== undefined) return { buffer: fed.buffer, offset: fed.byteOffset };
        return { buffer: results.get(operand.value.name) as ArrayBuffer, offset: 0 };
      }
      case "storage": {
        const { storage, offset } = operand;
        if (storage.output !== undefined) return { buffer: results.get(storage.output.name) as ArrayBuffer, offset };
        const known = storages.get(storage.id) ?? new ArrayBuffer(STORAGE_BYTES);
        storages.set(storage.id, known);
        return { buffer: known, offset };
      }
    }
  };
  for (const step of region.steps) runStep(step, bytes);
  return new Map(
    region.outputs.map((value) => {
      const count = sizeOf(sampleShape(value) ?? []);
      const buffer = results.get(value.name) as ArrayBuffer;
      const float = value.type?.kind === "tensor" && value.type.dtype === "float32";
      return [value.name, float ? new Float32Array(buffer, 0, count) : new Uint8Array(buffer, 0, count)];
    }),
  );
}

function constantOf(value: Value): ArrayLike<number> {
  if (value.constant === undefined) throw new Error(`"${value.name}" is no constant`);
  return numbersOf(value.constant);
}

function runStep(
  { workload, operands, constants, parameters }: LoweredStep,
  bytes: (operand: Operand) => { readonly buffer: ArrayBufferLike; readonly offset: number },
): void {
  const u8 = (name: string): Uint8Array => {
    const { buffer, offset } = bytes(operands[name] as Operand);
    return new Uint8Array(buffer, offset);
  };
  const f32 = (name: string): Float32Array => {
    const { buffer, offset } = bytes(operands[name] as Operand);
    return new Float32Array(buffer, offset);
  };
  const weights = (): { weights: Int8Array; bias: Int32Array | undefined; weightScale: Float32Array } => ({
    weights: Int8Array.from(constantOf(constants["weights"] as Value)),
    bias: constants["bias"] === undefined ? undefined : Int32Array.from(constantOf(constants["bias"])),
    weightScale: Float32Array.from(constantOf(constants["weight-scale"] as Value)),
  });
  const residual = operands["residual"] === undefined ? undefined : u8("residual");
  switch (workload.op) {
    case "conv-u8s8": {
      const y = workload.epilogue.out === "f32" ? f32("y") : u8("y");
      return evaluateConv(workload, { x: u8("x"), ...weights(), residual, y }, parameters);
    }
    case "depthwise-u8s8":
      return evaluateDepthwise(workload, { x: u8("x"), ...weights(), residual, y: u8("y") }, parameters);
    case "pool-u8":
      return evaluatePool(workload, { x: u8("x"), y: u8("y") }, parameters);
    case "binary-u8":
      return evaluateBinary(workload, { a: u8("a"), b: u8("b"), y: u8("y") }, parameters);
    case "table-u8":
      return evaluateTable(workload, { x: u8("x"), y: u8("y") }, parameters);
    case "transfer":
      return evaluateTransfer(
        workload,
        {
          x: workload.kind === "quantize" ? f32("x") : u8("x"),
          y: workload.kind === "dequantize" ? f32("y") : u8("y"),
        },
        parameters,
      );
    case "conv-f32": {
      const float = (role: string): Float32Array | undefined =>
        constants[role] === undefined ? undefined : Float32Array.from(constantOf(constants[role]));
      const [weights, bias] = [float("weights") as Float32Array, float("bias")];
      const added = operands["residual"] === undefined ? undefined : f32("residual");
      return evaluateFloatConv(workload, { x: f32("x"), weights, bias, residual: added, y: f32("y") }, parameters);
    }
    case "binary-f32":
      return evaluateFloatBinary(workload, { a: f32("a"), b: f32("b"), y: f32("y") }, parameters);
    case "move-f32":
      return evaluateFloatMove(workload, { x: f32("x"), y: f32("y") });
    case "attention-f32": {
      const mask = operands["mask"] === undefined ? undefined : f32("mask");
      const y = workload.out === "u8" ? u8("y") : f32("y");
      return evaluateAttention(workload, { q: f32("q"), k: f32("k"), v: f32("v"), mask, y }, parameters);
    }
    case "product-u8u8": {
      const y = workload.out === "u8" ? u8("y") : f32("y");
      return evaluateProduct(workload, { a: u8("a"), b: u8("b"), y }, parameters);
    }
    case "softmax-f32": {
      const x = workload.from === "u8" ? u8("x") : f32("x");
      return evaluateSoftmax(workload, { x, y: workload.out === "u8" ? u8("y") : f32("y") }, parameters);
    }
    case "normalization-f32": {
      const gamma = Float32Array.from(constantOf(constants["gamma"] as Value));
      const beta = constants["beta"] === undefined ? undefined : Float32Array.from(constantOf(constants["beta"]));
      const added = operands["residual"] === undefined ? undefined : f32("residual");
      return evaluateNormalization(workload, { x: f32("x"), residual: added, gamma, beta, y: f32("y") }, parameters);
    }
    case "fill-border":
      return evaluateFillBorder(workload, u8("y"), parameters);
    case "resize-u8":
      return evaluateResize(workload, { x: u8("x"), y: u8("y") }, parameters);
    default:
      throw new Error(`${workload.op} is not one of the integer oracles`);
  }
}
