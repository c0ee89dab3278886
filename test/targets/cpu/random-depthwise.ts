import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { DepthwiseOperands } from "../../../targets/cpu/reference/depthwise.ts";
import { evaluateDepthwise } from "../../../targets/cpu/reference/depthwise.ts";
import type { DepthwiseWorkload, Strides } from "../../../targets/cpu/workload.ts";
import type { Choices } from "./random-conv.ts";
import { choices, fillConv } from "./random-conv.ts";

/** A depthwise convolution with all that is needed to run it. */
export interface DepthwiseCase {
  readonly workload: DepthwiseWorkload;
  readonly operands: Omit<DepthwiseOperands, "y">;
  readonly parameters: KernelParameters;
}

/** Random sizes, windows, strides with gaps, epilogues and quantizations; contents with many extremes. */
export function randomDepthwise(seed: number): DepthwiseCase {
  return fillDepthwise(randomWorkload(choices(seed)), seed + 1e6);
}

function randomWorkload({ below, pick }: Choices): DepthwiseWorkload {
  const side = pick([1, 2, 3, 3, 3, 5, 5, 7]);
  const kernel = below(6) === 0 ? ([side, pick([1, 3, 4, 9])] as const) : ([side, side] as const);
  const step = pick([1, 1, 2, 3]);
  const stride = below(5) === 0 ? ([pick([1, 2]), pick([1, 2, 3])] as const) : ([step, step] as const);
  const dilation = below(4) === 0 ? ([pick([1, 2, 3]), pick([1, 2, 3])] as const) : ([1, 1] as const);
  const [rows, columns] = [1 + below(6), 1 + below(pick([3, 9, 9, 30]))];
  const channels = pick([1, 3, 8, 16, 17, 24, 32, 40, 48, 63, 64, 64, 65, 96, 128, 130]);
  const tensor = (across: number): Strides => {
    const pixel = channels + pick([0, 0, 0, 3, 64]);
    return { pixel, row: across * pixel + pick([0, 0, 5 * pixel, 7]) };
  };
  const out = pick(["u8", "u8", "u8", "u8", "f32", "s32"] as const);
  const residual = out === "u8" && below(3) === 0 ? tensor(columns) : undefined;
  return {
    op: "depthwise-u8s8",
    ...{ rows, columns, channels, bias: below(4) > 0 },
    window: { kernel, stride, dilation },
    x: tensor((columns - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1),
    y: tensor(columns),
    epilogue: {
      out,
      ...(below(4) === 0 ? { saturates: true } : {}),
      table: out === "u8" && below(4) === 0,
      residual: residual === undefined ? undefined : below(2) === 0 ? residual : { ...residual, first: true },
    },
  };
}

/** Seeded contents: those of a dense convolution of one input channel, with an input of as many channels as outputs. */
function fillDepthwise(workload: DepthwiseWorkload, seed: number): DepthwiseCase {
  const { channels, ...shared } = workload;
  const dense = fillConv({ ...shared, op: "conv-u8s8", inputs: 1, outputs: channels, weights: "oihw" }, seed);
  const { below, pick } = choices(seed + 1);
  const extreme = below(4) === 0;
  const x = Uint8Array.from({ length: dense.operands.x.length + channels - 1 }, () =>
    extreme ? pick([0, 255]) : below(256),
  );
  return { workload, operands: { ...dense.operands, x }, parameters: dense.parameters };
}

/** Bytes of y as the reference writes them over 0xa5. */
export function expectedDepthwise({ workload, operands, parameters }: DepthwiseCase): Uint8Array {
  const { rows, columns, channels, y, epilogue } = workload;
  const elements = (rows - 1) * y.row + (columns - 1) * y.pixel + channels;
  const bytes = new Uint8Array(elements * (epilogue.out === "u8" ? 1 : 4)).fill(0xa5);
  const views = {
    u8: () => bytes,
    f32: () => new Float32Array(bytes.buffer),
    s32: () => new Int32Array(bytes.buffer),
  };
  evaluateDepthwise(workload, { ...operands, y: views[epilogue.out]() }, parameters);
  return bytes;
}
