import type { ConvOperands } from "../../../targets/cpu/reference/conv.ts";
import { evaluateGroupedConv } from "../../../targets/cpu/reference/grouped.ts";
import { evaluateTransposedConv, foldPhaseBiases } from "../../../targets/cpu/reference/transposed.ts";
import type {
  ConvWorkload,
  Epilogue,
  GroupedConvWorkload,
  Strides,
  TransposedConvWorkload,
} from "../../../targets/cpu/workload.ts";
import type { Choices, ConvCase } from "./random-conv.ts";
import { choices, fillConv } from "./random-conv.ts";

/** A workload with all that is needed to run it. */
export interface ProductCase<W> extends Omit<ConvCase, "workload"> {
  readonly workload: W;
}

/** Grouped convolutions: one channel a group and many, groups that share vectors and groups of several. */
export function randomGrouped(seed: number): ProductCase<GroupedConvWorkload> {
  const random = choices(seed);
  const { below, pick } = random;
  const inputs = pick([1, 1, 2, 3, 4, 4, 5, 8, 16, 20]);
  const outputs = pick([1, 2, 3, 4, 4, 8, 8, 16, 17, 24, 40]);
  const groups = pick([2, 2, 3, 4, 6, 8, 12, 16]);
  const base = randomBase(random, groups * inputs, groups * outputs);
  const dense: ConvWorkload = { ...base, op: "conv-u8s8", weights: "oihw", inputs, outputs: groups * outputs };
  const filled = fillConv(dense, seed + 2e6);
  const { x } = fillConv({ ...dense, inputs: groups * inputs }, seed + 3e6 + below(5)).operands;
  return {
    workload: { ...base, op: "grouped-u8s8", groups },
    operands: { ...filled.operands, x },
    parameters: filled.parameters,
  };
}

/** Phases of transposed convolutions: one, or several that differ in a column. */
export function randomTransposed(seed: number): ProductCase<TransposedConvWorkload> {
  const random = choices(seed);
  const { below, pick } = random;
  const groups = pick([1, 1, 1, 2, 4, 8, 24]);
  const channels = groups * pick(groups > 1 ? [1, 1, 2, 4, 5, 20] : [1, 1, 2, 3, 8, 12, 16, 24, 33, 64]);
  const parts = groups > 1 ? 1 : pick([1, 1, 2, 2, 3]);
  const inputs = groups * pick(groups > 1 ? [1, 1, 2, 4, 6] : [1, 2, 3, 4, 5, 8, 24, 30, 64]);
  const base = randomBase(random, inputs, parts * channels, [1, 1]);
  const axis = (cells: number): { readonly kernel: number; readonly step: number; readonly tap: () => number } => {
    const step = 1 + below(3);
    const kernel = (cells - 1) * step + 1 + below(3);
    return { kernel, step, tap: () => (cells - 1) * step + below(kernel - (cells - 1) * step) };
  };
  const [rows, columns] = [axis(base.window.kernel[0]), axis(base.window.kernel[1])];
  const row = rows.tap();
  const workload: TransposedConvWorkload = {
    ...base,
    op: "transposed-u8s8",
    ...(groups > 1 ? { groups } : {}),
    phases: {
      kernel: [rows.kernel, columns.kernel],
      step: [rows.step, columns.step],
      taps: Array.from({ length: parts }, () => [row, columns.tap()] as const),
    },
  };
  const filled = fillConv({ ...base, op: "conv-u8s8", weights: "oihw" }, seed + 2e6);
  const count = inputs * (channels / groups) * rows.kernel * columns.kernel;
  const weights = Int8Array.from({ length: count }, () => below(256) - 128);
  const { weightScale, bias } = filled.operands;
  const xZero = filled.parameters.numbers["xZero"] as number;
  const folded = foldPhaseBiases(workload, weights, bias?.subarray(0, channels), xZero);
  return {
    workload,
    operands: { ...filled.operands, weights, weightScale: weightScale.slice(0, channels), bias: undefined },
    parameters: { ...filled.parameters, tables: { ...filled.parameters.tables, bias: folded } },
  };
}

function randomBase(
  { below, pick }: Choices,
  inputs: number,
  outputs: number,
  fixedStride?: readonly [number, number],
): Omit<ConvWorkload, "op" | "weights"> {
  const kernel = [pick([1, 2, 3, 3]), pick([1, 2, 3, 3])] as const;
  const stride = fixedStride ?? ([pick([1, 1, 2]), pick([1, 1, 2, 3])] as const);
  const dilation = [pick([1, 1, 2]), pick([1, 1, 2])] as const;
  const [rows, columns] = [1 + below(5), 1 + below(pick([4, 9, 16]))];
  const across = (columns - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1;
  const gapless = below(3) === 0;
  const tensor = (width: number, channels: number): Strides => {
    const pixel = channels + (gapless ? 0 : pick([0, 0, 3, 64]));
    return { pixel, row: width * pixel + (gapless ? 0 : pick([0, 0, 5 * pixel, 7])) };
  };
  const out = pick(["u8", "u8", "u8", "u8", "f32", "s32"] as const);
  const residual = out === "u8" && below(3) === 0 ? tensor(columns, outputs) : undefined;
  const epilogue: Epilogue = {
    out,
    ...(below(4) === 0 ? { saturates: true } : {}),
    table: out === "u8" && below(4) === 0,
    residual: residual === undefined ? undefined : below(2) === 0 ? residual : { ...residual, first: true },
  };
  return {
    ...{ rows, columns, inputs, outputs, window: { kernel, stride, dilation }, bias: below(4) > 0, epilogue },
    x: tensor(across, inputs),
    y: tensor(columns, outputs),
  };
}

/** Bytes of y as the reference writes them over 0xa5. */
export function expectedProduct({
  workload,
  operands,
  parameters,
}: ProductCase<GroupedConvWorkload | TransposedConvWorkload>): Uint8Array {
  const { rows, columns, outputs, y, epilogue } = workload;
  const elements = (rows - 1) * y.row + (columns - 1) * y.pixel + outputs;
  const bytes = new Uint8Array(elements * (epilogue.out === "u8" ? 1 : 4)).fill(0xa5);
  const views: Record<Epilogue["out"], () => ConvOperands["y"]> = {
    u8: () => bytes,
    f32: () => new Float32Array(bytes.buffer),
    s32: () => new Int32Array(bytes.buffer),
  };
  const all = { ...operands, y: views[epilogue.out]() };
  if (workload.op === "grouped-u8s8") evaluateGroupedConv(workload, all, parameters);
  else evaluateTransposedConv(workload, all, parameters);
  return bytes;
}
