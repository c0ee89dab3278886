import type { KernelParameters } from "../../../src/codegen/index.ts";
import { uniformNumbers } from "../../../src/ir/index.ts";
import type { ConvOperands } from "../../../targets/cpu/reference/conv.ts";
import { evaluateConv } from "../../../targets/cpu/reference/conv.ts";
import type { ConvWorkload, Strides } from "../../../targets/cpu/workload.ts";

/** A convolution with all that is needed to run it. */
export interface ConvCase {
  readonly workload: ConvWorkload;
  readonly operands: Omit<ConvOperands, "y">;
  readonly parameters: KernelParameters;
}

/** Seeded choices. */
export interface Choices {
  below(bound: number): number;
  pick<T>(values: readonly T[]): T;
}

/** A seeded source of choices. */
export function choices(seed: number): Choices {
  const uniform = uniformNumbers(seed);
  const below = (bound: number): number => Math.floor(uniform() * bound);
  return { below, pick: (values) => values[below(values.length)] as (typeof values)[number] };
}

/** Random sizes, windows, strides with gaps, epilogues and quantizations; contents with many extremes. */
export function randomConv(seed: number): ConvCase {
  return fillConv(randomWorkload(choices(seed)), seed + 1e6);
}

function randomWorkload({ below, pick }: Choices): ConvWorkload {
  const pointwise = below(3) === 0;
  const side = (): number => (pointwise ? 1 : pick([1, 2, 3, 3, 5]));
  const kernel = [side(), side()] as const;
  const stride = [pick([1, 1, 2, 3]), pick([1, 1, 2, 3])] as const;
  const dilation = [pick([1, 1, 1, 2]), pick([1, 1, 1, 2])] as const;
  const [rows, columns] = [1 + below(7), 1 + below(pick([4, 9, 20]))];
  const inputs = pick([1, 2, 3, 4, 5, 8, 12, 16, 24, 30, 64, pointwise ? 300 : 7]);
  const gapless = below(3) === 0;
  const outputs = pick([1, 3, 8, 16, 17, 24, 32, 40, 48, 63, 64, 65, 96, 130]);
  const reach = (axis: 0 | 1, count: number): number =>
    (count - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1;
  const tensor = (across: number, channels: number): Strides => {
    if (gapless) return { pixel: channels, row: across * channels };
    const pixel = channels + pick([0, 0, 0, 3, 64]);
    return { pixel, row: across * pixel + pick([0, 0, 5 * pixel, 7]) };
  };
  const out = pick(["u8", "u8", "u8", "u8", "f32", "s32"] as const);
  const residual = out === "u8" && below(3) === 0 ? tensor(columns, outputs) : undefined;
  return {
    op: "conv-u8s8",
    ...{ rows, columns, inputs, outputs },
    window: { kernel, stride, dilation },
    weights: kernel[0] * kernel[1] === 1 ? pick(["oihw", "io"] as const) : "oihw",
    bias: below(4) > 0,
    x: tensor(reach(1, columns), inputs),
    y: tensor(columns, outputs),
    epilogue: {
      out,
      ...(below(4) === 0 ? { saturates: true } : {}),
      table: out === "u8" && below(4) === 0,
      residual: residual === undefined ? undefined : below(2) === 0 ? residual : { ...residual, first: true },
    },
  };
}

/** Seeded contents for a workload. */
export function fillConv(workload: ConvWorkload, seed: number): ConvCase {
  const { below, pick } = choices(seed);
  const { rows, columns, inputs, outputs, window, epilogue, x } = workload;
  const extreme = below(4) === 0;
  const byte = (): number => (extreme ? pick([0, 255]) : below(256));
  const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, byte);
  const height = (rows - 1) * window.stride[0] + (window.kernel[0] - 1) * window.dilation[0] + 1;
  const width = (columns - 1) * window.stride[1] + (window.kernel[1] - 1) * window.dilation[1] + 1;
  const weightBytes = inputs * outputs * window.kernel[0] * window.kernel[1];
  const weights = Int8Array.from({ length: weightBytes }, () => (extreme ? pick([-128, 127]) : below(256) - 128));
  const taps = inputs * window.kernel[0] * window.kernel[1];
  // Scales that spread results over the range of uint8, and some that go far beyond int32.
  const { saturates } = epilogue;
  const weightScale = (): number =>
    below(40) === 0 && saturates !== true ? 3e7 : ((1 + below(30)) / (taps * 700)) * (extreme ? 1 : 4);
  const quantization = (): { scale: number; zero: number } => ({
    scale: (1 + below(20)) / 64,
    zero: pick([0, below(256)]),
  });
  const [y, residual, out, table] = [quantization(), quantization(), quantization(), quantization()];
  const bounds = (zero: number): [number, number] =>
    pick([
      [0, 255],
      [zero, 255],
      [zero, Math.min(255, zero + 90)],
    ]);
  const [lo, hi] = saturates === true ? [0, 255] : bounds(y.zero);
  const [outLo, outHi] = bounds(out.zero);
  const perTensor = below(3) === 0;
  return {
    workload,
    operands: {
      x: bytes((height - 1) * x.row + (width - 1) * x.pixel + inputs),
      weights,
      bias: workload.bias ? Int32Array.from({ length: outputs }, () => below(200_000) - 100_000) : undefined,
      weightScale: Float32Array.from({ length: perTensor ? 1 : outputs }, weightScale),
      residual:
        epilogue.residual === undefined
          ? undefined
          : bytes((rows - 1) * epilogue.residual.row + (columns - 1) * epilogue.residual.pixel + outputs),
    },
    parameters: {
      numbers: {
        ...{ xScale: (1 + below(9)) / 16, xZero: pick([0, 128, below(256)]), perTensor: perTensor ? 1 : 0 },
        ...{ yScale: y.scale, yZero: y.zero, lo, hi },
        ...{ residualScale: residual.scale, residualZero: residual.zero },
        ...{ outScale: out.scale, outZero: out.zero, outLo, outHi },
        ...{ tableScale: table.scale, tableZero: table.zero },
      },
      tables: { table: Uint8Array.from({ length: 256 }, () => below(256)) },
    },
  };
}

/** Bytes of y as the reference writes them over 0xa5. */
export function expectedConv({ workload, operands, parameters }: ConvCase): Uint8Array {
  const { rows, columns, outputs, y, epilogue } = workload;
  const elements = (rows - 1) * y.row + (columns - 1) * y.pixel + outputs;
  const bytes = new Uint8Array(elements * (epilogue.out === "u8" ? 1 : 4)).fill(0xa5);
  const views = {
    u8: () => bytes,
    f32: () => new Float32Array(bytes.buffer),
    s32: () => new Int32Array(bytes.buffer),
  };
  evaluateConv(workload, { ...operands, y: views[epilogue.out]() }, parameters);
  return bytes;
}

/** The constants of a case by role. */
export function convConstants({ operands }: Pick<ConvCase, "operands">): Record<string, Uint8Array> {
  const view = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
    new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  return {
    weights: view(operands.weights),
    "weight-scale": view(operands.weightScale),
    ...(operands.bias === undefined ? {} : { bias: view(operands.bias) }),
  };
}
