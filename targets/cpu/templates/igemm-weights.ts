import type { KernelArgument, Pack, PackLoop } from "../../../src/codegen/index.ts";
import type { ConvWorkload } from "../workload.ts";
import { channelArguments } from "./channel-arguments.ts";
import type { ChannelBlocks, Geometry } from "./igemm-geometry.ts";

/** What decides the layout of packed weights. */
export interface WeightsLayout {
  readonly workload: ConvWorkload;
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
export function blockBytes(layout: WeightsLayout, vectors: number): number {
  return layout.geometry.runs * stepsOf(layout) * vectors * layout.lanes * layout.step;
}

/** Channels including those that fill the last vector. */
function paddedChannels({ blocks, lanes }: WeightsLayout): number {
  return (blocks.full * blocks.vectors + blocks.restVectors) * lanes;
}

/** The argument `weights`: `[block][run][step][channel of the block][byte of the step]`. */
export function weightsArgument(layout: WeightsLayout): KernelArgument {
  const { full, vectors, restVectors } = layout.blocks;
  return {
    name: "weights",
    bytes: full * blockBytes(layout, vectors) + blockBytes(layout, restVectors),
    access: "read",
    alignment: 64,
    packs: () => [
      ...blockPacks(layout, { count: full, first: 0, channels: vectors * layout.lanes, width: vectors * layout.lanes }),
      ...blockPacks(layout, {
        count: restVectors === 0 ? 0 : 1,
        first: full,
        channels: layout.blocks.restChannels,
        width: restVectors * layout.lanes,
      }),
    ],
  };
}

interface BlockRange {
  readonly count: number;
  /** Index of the first block: all before it are full. */
  readonly first: number;
  readonly channels: number;
  /** Channels and what fills the last vector. */
  readonly width: number;
}

function blockPacks(layout: WeightsLayout, { count, first, channels, width }: BlockRange): readonly Pack[] {
  if (count === 0) return [];
  const { workload, geometry, step, blocks, lanes } = layout;
  const [kh, kw] = workload.window.kernel;
  const stride = weightStrides(workload);
  const fullBytes = blockBytes(layout, blocks.vectors);
  const runBytes = stepsOf(layout) * width * step;
  const tapLoops = tapSources(geometry, kh, kw).map(({ count: taps, source, runs }): PackLoop => ({
    count: taps,
    source,
    target: runs * runBytes,
  }));
  return segmentsOf(workload.inputs, geometry.runTaps, step).map(({ tap, taps, input, at, steps, bytes }): Pack => ({
    kind: "copy",
    from: "weights",
    elementBytes: 1,
    sourceOffset: first * blocks.vectors * lanes * stride.output + input * stride.input + tap,
    targetOffset: first * fullBytes + Math.floor(at / step) * width * step + (at % step),
    loops: [
      { count, source: blocks.vectors * lanes * stride.output, target: fullBytes },
      { count: channels, source: stride.output, target: step },
      ...tapLoops,
      { count: taps, source: 1, target: (workload.inputs / step) * width * step },
      { count: steps, source: step * stride.input, target: width * step },
      { count: bytes, source: stride.input, target: 1 },
    ].filter((loop) => loop.count > 1),
  }));
}

function weightStrides({ weights, inputs, outputs, window }: ConvWorkload): { output: number; input: number } {
  const taps = window.kernel[0] * window.kernel[1];
  return weights === "io" ? { output: 1, input: outputs } : { output: inputs * taps, input: taps };
}

/** The loops over taps outside a run: their steps in the constant, in elements, and in runs. */
function tapSources(
  { taps, runTaps }: Geometry,
  kh: number,
  kw: number,
): readonly { count: number; source: number; runs: number }[] {
  if (taps.length === 0) return [];
  if (runTaps > 1 || kw === 1) return [{ count: kh, source: kw, runs: 1 }];
  return [
    { count: kh, source: kw, runs: kw },
    { count: kw, source: 1, runs: 1 },
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
  const stride = weightStrides(workload);
  return channelArguments({
    ...{ epilogue: workload.epilogue, bias: workload.bias, channels: workload.outputs, order: "natural" },
    padded: paddedChannels(layout),
    channelStride: stride.output,
    loops: [
      { count: workload.inputs, source: stride.input, target: 0 },
      { count: workload.window.kernel[0] * workload.window.kernel[1], source: 1, target: 0 },
    ],
  });
}
