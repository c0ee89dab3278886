import type { Assembler, Register } from "../../../../../src/codegen/x86/index.ts";
import { mem, rdi } from "../../../../../src/codegen/x86/index.ts";
import { storedBytes } from "../arguments.ts";
import type { FloatEpilogueEmitter } from "../epilogue.ts";
import { emitLoad, vectorBytes } from "../vectors.ts";
import type { TileContext, WindowOperation } from "./emit.ts";
import { outputElement, pointers, variables } from "./emit.ts";
import type { TapInput, WindowPlan } from "./plan.ts";
import { tileInputs } from "./plan.ts";

/** Sums of products with one filter a channel; weights packed `[vector][tap]`. */
export function depthwiseOperation(
  plan: WindowPlan,
  epilogue: FloatEpilogueEmitter,
  bias: boolean,
  roles: readonly string[],
): WindowOperation {
  const [kh, kw] = plan.workload.window.kernel;
  const taps = kh * kw;
  const own = [
    { role: "weights", register: pointers.own[0], slot: variables.at("own0"), factor: taps },
    ...(bias ? [{ role: "bias", register: pointers.own[1], slot: variables.at("own1"), factor: 1 }] : []),
  ] as const;
  return {
    prepare: () => undefined,
    beginBlock: (a) => {
      for (const { role, register, slot, factor } of own) {
        a.emit("imul", register, variables.at("channel"), factor);
        a.emit("add", register, mem(rdi, { disp: 8 * roles.indexOf(role) }));
        a.emit("mov", slot, register);
      }
    },
    beginTile: (a) => {
      for (const { register, slot } of own) a.emit("mov", register, slot);
    },
    nextVector: (a) => {
      for (const { register, factor } of own) a.emit("add", register, factor * vectorBytes(plan.simd));
    },
    nextTile: () => undefined,
    nextRow: () => undefined,
    tile: (context) => emitTile(context, epilogue, bias),
  };
}

function emitTile(context: TileContext, epilogue: FloatEpilogueEmitter, bias: boolean): void {
  const { a, plan, width, mask, registers } = context;
  const { workload, point, simd } = plan;
  const count = point.tileRows * width;
  const sum = (row: number, column: number): Register => registers[row * width + column] as Register;
  for (let index = 0; index < count; index++) {
    const value = registers[index] as Register;
    if (bias) a.emit("vmovups", value, mem(pointers.own[1]));
    else a.emit("vxorps", value, value, value);
  }
  const inputs = tileInputs(workload, point.tileRows, width);
  const weights = createWeights(a, plan, inputs, registers.slice(count + 1));
  const element = registers[count] as Register;
  inputs.forEach((input, index) => {
    const from = mem(pointers.x, { disp: 4 * (input.row * workload.x.row + input.column * workload.x.pixel) });
    emitLoad(a, simd, element, from, mask);
    for (const { row, column, ky, kx } of input.taps)
      a.emit("vfmadd231ps", sum(row, column), element, weights.operand(ky, kx, index));
    weights.release(index);
  });
  const { residual } = workload;
  const sums = Array.from({ length: count }, (_, index) => {
    const at = [Math.floor(index / width), index % width] as const;
    return {
      value: registers[index] as Register,
      y: outputElement(pointers.y, workload.y, at, storedBytes(workload.out)),
      residual: residual === undefined ? undefined : outputElement(pointers.residual, residual, at),
      mask,
    };
  });
  epilogue.finish(a, sums, { temporaries: registers.slice(count), params: pointers.params });
}

/** Weights as operands: in registers from their first use to their last, in memory where there are too few. */
interface Weights {
  operand(ky: number, kx: number, input: number): Register | ReturnType<typeof mem>;
  release(input: number): void;
}

function createWeights(
  a: Assembler,
  { workload, simd }: WindowPlan,
  inputs: readonly TapInput[],
  registers: readonly Register[],
): Weights {
  const kw = workload.window.kernel[1];
  const stored = (tap: number): ReturnType<typeof mem> => mem(pointers.own[0], { disp: tap * vectorBytes(simd) });
  const last = new Map<number, number>();
  inputs.forEach(({ taps }, index) => {
    for (const { ky, kx } of taps) last.set(ky * kw + kx, index);
  });
  const free = [...registers];
  const held = new Map<number, Register>();
  return {
    operand: (ky, kx, input) => {
      const tap = ky * kw + kx;
      const known = held.get(tap);
      if (known !== undefined) return known;
      const register = last.get(tap) === input ? undefined : free.pop();
      if (register === undefined) return stored(tap);
      a.emit("vmovups", register, stored(tap));
      held.set(tap, register);
      return register;
    },
    release: (input) => {
      for (const [tap, register] of held) {
        if (last.get(tap) !== input) continue;
        held.delete(tap);
        free.push(register);
      }
    },
  };
}
