import type { KernelArgument, Pack, PackLoop } from "../../../../src/codegen/index.ts";
import { channelArguments } from "../channel-arguments.ts";
import type { ChannelBlocks, Geometry } from "./geometry.ts";
import type { Group, IgemmProduct } from "./product.ts";
import type { ChannelRun } from "../weight-runs.ts";
import { channelRuns, tapLoops, tapSource } from "../weight-runs.ts";

/** What decides the layout of packed weights. */
export interface WeightsLayout {
  readonly workload: IgemmProduct;
  readonly geometry: Geometry;
  readonly blocks: ChannelBlocks;
  /** int32 elements of a vector. */
  readonly lanes: number;
  /** Bytes of x that one dot-product step takes: 4, or 2 where products are widened. */
  readonly step: number;
}

/** Steps that a run takes; the last one may reach past the run, where weights are zero. */
export function stepsOf({ geometry, step }: Pick<WeightsLayout, "geometry" | "step">): number {
  return Math.ceil(geometry.runBytes / step);
}

/** Packed bytes of a block of `vectors` vectors. */
export function blockBytes(layout: Omit<WeightsLayout, "workload">, vectors: number): number {
  return layout.geometry.runs * stepsOf(layout) * vectors * layout.lanes * layout.step;
}

/** Packed bytes of a slice. */
export function sliceBytes(layout: WeightsLayout): number {
  const { full, vectors, restVectors } = layout.blocks;
  return full * blockBytes(layout, vectors) + blockBytes(layout, restVectors);
}

/** Channels of all slices, and those that fill the last vector. */
export function paddedChannels({ blocks, lanes, workload }: WeightsLayout): number {
  return (workload.slices - 1) * workload.outputs + (blocks.full * blocks.vectors + blocks.restVectors) * lanes;
}

/** The argument `weights`: `[slice][block][run][step][channel of the block][byte of the step]`. */
export function weightsArgument(layout: WeightsLayout): KernelArgument {
  return {
    name: "weights",
    bytes: layout.workload.slices * sliceBytes(layout),
    access: "read",
    alignment: 64,
    packs: () => channelRuns(layout.workload, layout.blocks, layout.lanes).flatMap((run) => runPacks(layout, run)),
  };
}

function runPacks(
  layout: WeightsLayout,
  { source: first, block, count, channel, channels, width }: ChannelRun,
): readonly Pack[] {
  const { workload, geometry, step, blocks, lanes } = layout;
  const { source, slices } = workload;
  const fullBytes = blockBytes(layout, blocks.vectors);
  const runBytes = stepsOf(layout) * width * step;
  const outer = geometry.taps.length === 0 ? [] : outerTaps(geometry, workload, runBytes);
  return segmentsOf(workload.inputs, geometry.runTaps, step).map(({ tap, taps, input, at, steps, bytes }): Pack => ({
    kind: "copy",
    from: "weights",
    elementBytes: 1,
    sourceOffset: first + input * source.input + tapSource(workload, tap),
    targetOffset: block * fullBytes + Math.floor(at / step) * width * step + channel * step + (at % step),
    loops: [
      { count: slices, source: source.slice, target: sliceBytes(layout) },
      { count, source: blocks.vectors * lanes * source.output, target: fullBytes },
      { count: channels, source: source.output, target: step },
      ...outer,
      ...tapLoops(workload, taps, (workload.inputs / step) * width * step),
      { count: steps, source: step * source.input, target: width * step },
      { count: bytes, source: source.input, target: 1 },
    ].filter((loop) => loop.count > 1),
  }));
}

/** The loops over taps outside a run. */
function outerTaps(
  { runTaps }: Geometry,
  { source: { taps }, window }: IgemmProduct,
  bytes: number,
): readonly PackLoop[] {
  const [kh, kw] = window.kernel;
  if (runTaps > 1 || kw === 1) return [{ count: kh, source: taps[0], target: bytes }];
  return [
    { count: kh, source: taps[0], target: kw * bytes },
    { count: kw, source: taps[1], target: bytes },
  ];
}

/** Bytes of a run that one strided copy takes: `taps` times `steps` groups of `bytes` bytes. */
interface RunSegment {
  readonly tap: number;
  readonly taps: number;
  readonly input: number;
  /** Byte of the run at which the segment begins. */
  readonly at: number;
  readonly steps: number;
  readonly bytes: number;
}

/** A run cut where steps begin: whole taps at once where each begins with a step, else each tap in up to three parts. */
function segmentsOf(inputs: number, runTaps: number, step: number): readonly RunSegment[] {
  if (inputs % step === 0) return [{ tap: 0, taps: runTaps, input: 0, at: 0, steps: inputs / step, bytes: step }];
  return Array.from({ length: runTaps }, (_, tap) => {
    const start = tap * inputs;
    const head = Math.min(inputs, (step - (start % step)) % step);
    const steps = Math.floor((inputs - head) / step);
    const rest = inputs - head - steps * step;
    return [
      { tap, taps: 1, input: 0, at: start, steps: 1, bytes: head },
      { tap, taps: 1, input: head, at: start + head, steps, bytes: steps === 0 ? 0 : step },
      { tap, taps: 1, input: inputs - rest, at: start + inputs - rest, steps: 1, bytes: rest },
    ];
  })
    .flat()
    .filter(({ bytes }) => bytes > 0);
}

/** The arguments `bias` and, where sums are scaled, `multiplier`. */
export function igemmChannelArguments(layout: WeightsLayout): readonly KernelArgument[] {
  const { workload } = layout;
  const { epilogue, bias, biases, shift, outputs, slices, copies, inputs, source, window } = workload;
  return channelArguments({
    ...{ epilogue, bias, biases, shift, channels: slices * outputs, copies, order: "natural" },
    padded: paddedChannels(layout),
    channelStride: source.output,
    loops: [
      { count: inputs, source: source.input, target: 0 },
      { count: window.kernel[0] * window.kernel[1], source: 1, target: 0 },
    ],
  });
}

/** The argument `shuffle` of a product that gathers: for each byte of a step and lane the byte of x, or none (bit 7). */
export function shuffleArgument({ workload, lanes, step }: WeightsLayout, { inputs, outputs }: Group): KernelArgument {
  const bytes = new Uint8Array(4 * lanes).fill(0x80);
  for (let lane = 0; lane < workload.outputs; lane++)
    for (let byte = 0; byte < Math.min(step, inputs); byte++)
      // Steps of two bytes are widened to 16 bits.
      bytes[4 * lane + (step === 2 ? 2 * byte : byte)] = Math.floor(lane / outputs) * inputs + byte;
  return {
    ...{ name: "shuffle", bytes: bytes.byteLength, access: "read", alignment: 64 },
    packs: () => [{ kind: "literal", targetOffset: 0, bytes }],
  };
}
