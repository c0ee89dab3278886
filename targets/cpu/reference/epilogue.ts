import type { KernelParameters } from "../../../src/codegen/index.ts";
import { roundHalfEven } from "../../../src/ir/index.ts";
import type { Epilogue } from "../workload.ts";
import { floatActivation } from "./float/float-function.ts";
import { saturateU8 } from "./float32.ts";
import { numberOf, quantizationOf, tableOf } from "./parameters.ts";
import { addConstants, addU8, mulRatio, mulU8 } from "./quantize.ts";

/** Turns the int32 sum of an output channel into the element of y; `residual` is ignored where there is none. */
export type EvaluateEpilogue = (sum: number, channel: number, residual: number) => number;

/** Whether the multipliers of an epilogue lead to steps of the result, and not to float32 numbers. */
export function multipliesToSteps({ out, activation, divides }: Epilogue): boolean {
  return out === "u8" && activation === undefined && divides === undefined;
}

/**
 * The multiplier of each output channel: fl(fl(sx * sw[c]) / sy), the division left out (sy = 1) where it leads to
 * float32 numbers. `weightScale` holds one number for all channels or one for each.
 */
export function multipliers(
  epilogue: Epilogue,
  channels: number,
  weightScale: Float32Array,
  parameters: KernelParameters,
): Float32Array {
  const xScale = Math.fround(numberOf(parameters, "xScale"));
  const yScale = multipliesToSteps(epilogue) ? Math.fround(numberOf(parameters, "yScale")) : 1;
  return Float32Array.from({ length: channels }, (_, channel) => {
    const scale = weightScale[weightScale.length === 1 ? 0 : channel] as number;
    return Math.fround(Math.fround(xScale * scale) / yScale);
  });
}

/**
 * The steps of {@link Epilogue}, in its order, with a rounding to float32 after each operation; `shift` is added to the
 * scaled sums.
 */
export function createEpilogue(
  epilogue: Epilogue,
  multiplier: Float32Array,
  parameters: KernelParameters,
  shift?: Float32Array,
): EvaluateEpilogue {
  const product = (sum: number, channel: number): number => {
    const scaled = Math.fround(Math.fround(sum) * (multiplier[channel] as number));
    return shift === undefined ? scaled : Math.fround(scaled + (shift[channel] as number));
  };
  const outScale = epilogue.out === "u8" ? Math.fround(numberOf(parameters, "yScale")) : 1;
  const activate = epilogue.activation === undefined ? undefined : floatActivation(epilogue.activation, parameters);
  const scaled = (sum: number, channel: number): number => {
    if (activate !== undefined) return activate(product(sum, channel)) / outScale;
    return epilogue.divides === true ? Math.fround(product(sum, channel) / outScale) : product(sum, channel);
  };
  if (epilogue.out === "s32") return (sum) => sum;
  if (epilogue.out === "f32") return scaled;

  const [zero, lo, hi] = [numberOf(parameters, "yZero"), numberOf(parameters, "lo"), numberOf(parameters, "hi")];
  const following = createFollowing(epilogue, parameters);
  return (sum, channel, residual) => {
    const clamped = Math.min(hi - zero, Math.max(lo - zero, scaled(sum, channel)));
    return following(saturateU8(roundHalfEven(clamped) + zero), residual);
  };
}

/** What follows a requantized sum: the table, then the residual, added or multiplied by. */
export function createFollowing(
  epilogue: Epilogue,
  parameters: KernelParameters,
): (sum: number, residual: number) => number {
  const table = epilogue.table ? tableOf(parameters) : undefined;
  const combine = epilogue.residual === undefined ? undefined : residualCombination(epilogue, parameters);
  return (sum, residual) => {
    const value = table === undefined ? sum : (table[sum] as number);
    return combine === undefined ? value : combine(value, residual);
  };
}

function residualCombination(
  epilogue: Epilogue,
  parameters: KernelParameters,
): (value: number, residual: number) => number {
  const [lo, hi] = [numberOf(parameters, "outLo"), numberOf(parameters, "outHi")];
  const value = quantizationOf(parameters, epilogue.table ? "table" : "y");
  const residual = quantizationOf(parameters, "residual");
  if (epilogue.residual?.multiplies === true) {
    const factors = { a: value, b: residual, y: quantizationOf(parameters, "out") };
    const ratio = mulRatio(factors);
    return (q, r) => Math.min(hi, Math.max(lo, mulU8(q, r, ratio, factors)));
  }
  const first = epilogue.residual?.first === true;
  const constants = addConstants({
    a: first ? residual : value,
    b: first ? value : residual,
    y: quantizationOf(parameters, "out"),
  });
  return (q, r) => Math.min(hi, Math.max(lo, first ? addU8(r, q, constants) : addU8(q, r, constants)));
}
