import type { ChannelOrder, Pack, PackLoop } from "../../../src/codegen/index.ts";

/** Bytes of the constants by role. */
export type Constants = Readonly<Record<string, Uint8Array>>;

/** Writes one pack as the comments of src/codegen/pack.ts say, the slow way. */
export function evaluatePack(pack: Pack, base: number, constants: Constants, weights: Uint8Array): void {
  const target = base + pack.targetOffset;
  const view = new DataView(weights.buffer, weights.byteOffset, weights.byteLength);
  switch (pack.kind) {
    case "literal":
      weights.set(pack.bytes, target);
      return;
    case "copy":
      for (const { source, target: to } of walk(pack.loops)) {
        const from = (pack.sourceOffset + source) * pack.elementBytes;
        const bytes = constants[pack.from] as Uint8Array;
        weights.set(bytes.subarray(from, from + pack.elementBytes), target + to);
      }
      return;
    case "bf16": {
      const numbers = float32(constants[pack.from]);
      for (const { source, target: to } of walk(pack.loops))
        view.setUint16(target + to, bf16Bits(numbers[pack.sourceOffset + source] as number), true);
      return;
    }
    case "fold-bias": {
      const w = int8(constants[pack.weights]);
      const bias = pack.bias === undefined ? undefined : int32(constants[pack.bias]);
      for (let c = 0; c < pack.channels; c++) {
        let sum = 0;
        for (const { source } of walk(pack.loops)) sum += w[c * pack.channelStride + source] as number;
        const value = (bias?.[c] ?? 0) - pack.zeroPoint * sum;
        view.setInt32(target + 4 * positionOf(c, pack.channels, pack.order), value | 0, true);
      }
      return;
    }
    case "multiplier": {
      const scales = float32(constants[pack.weightScale]);
      for (let c = 0; c < pack.channels; c++) {
        const sumScale = Math.fround(pack.inputScale * (scales[pack.perTensor ? 0 : c] as number));
        const at = target + 4 * positionOf(c, pack.channels, pack.order);
        view.setFloat32(at, Math.fround(sumScale / pack.outputScale), true);
      }
      return;
    }
    case "winograd-f32": {
      const g = float32(constants[pack.from]);
      const blocks = Math.ceil(pack.outputs / pack.blockOutputs);
      eachFilter(pack, (o, i) => {
        const filter = [...g.subarray((o * pack.inputs + i) * 9, (o * pack.inputs + i) * 9 + 9)];
        transform(filter, pack.tile).forEach((value, p) => {
          const block = Math.floor(o / pack.blockOutputs);
          const at = ((p * blocks + block) * pack.inputs + i) * pack.blockOutputs + (o % pack.blockOutputs);
          view.setFloat32(target + 4 * at, value, true);
        });
      });
      return;
    }
    case "winograd-s16": {
      const g = int8(constants[pack.from]);
      const scales = float32(constants[pack.weightScale]);
      const blocks = Math.ceil(pack.outputs / pack.blockOutputs);
      const pairs = Math.ceil(pack.inputs / 2);
      const limit = 2 ** (pack.bits - 1) - 1;
      for (let o = 0; o < pack.outputs; o++) {
        const all = Array.from({ length: pack.inputs }, (_, i) =>
          transform([...g.subarray((o * pack.inputs + i) * 9, (o * pack.inputs + i) * 9 + 9)], 4),
        );
        for (let p = 0; p < 36; p++) {
          const sizes = all.map((points) => Math.abs(points[p] as number));
          const sums = sizes.map((_, i) =>
            sizes.slice(i - (i % pack.sumInputs), i + 1).reduce((sum, size) => sum + size, 0),
          );
          const most = (2 ** 31 - 1) / greatestInput(p) - pack.sumInputs / 2;
          const greatest = Math.max(...sizes);
          const scale = greatest === 0 ? 0 : Math.min(limit / greatest, most / Math.max(...sums));
          all.forEach((points, i) => {
            const block = Math.floor(o / pack.blockOutputs);
            const at = (((p * blocks + block) * pairs + (i >> 1)) * pack.blockOutputs + (o % pack.blockOutputs)) * 2;
            view.setInt16(target + 2 * (at + (i & 1)), roundHalfEven((points[p] as number) * scale), true);
          });
          const sumScale = Math.fround(pack.inputScale * (scales[pack.perTensor ? 0 : o] as number));
          const multiplier = scale === 0 ? 0 : sumScale / scale / pack.outputScale;
          view.setFloat32(base + pack.scaleOffset + 4 * (p * pack.outputs + o), multiplier, true);
        }
      }
    }
  }
}

function* walk(loops: readonly PackLoop[]): Generator<{ source: number; target: number }> {
  const [loop, ...inner] = loops;
  if (loop === undefined) {
    yield { source: 0, target: 0 };
    return;
  }
  for (let i = 0; i < loop.count; i++)
    for (const { source, target } of walk(inner))
      yield { source: i * loop.source + source, target: i * loop.target + target };
}

function positionOf(channel: number, channels: number, order: ChannelOrder): number {
  const block = Math.floor(channel / 64) * 64;
  if (order === "natural" || block + 64 > channels) return channel;
  for (let j = 0; j < 4; j++)
    for (let l = 0; l < 4; l++)
      for (let d = 0; d < 4; d++) if (block + 16 * l + 4 * j + d === channel) return block + 16 * j + 4 * l + d;
  throw new Error("unreachable");
}

function eachFilter(
  { outputs, inputs }: { outputs: number; inputs: number },
  visit: (o: number, i: number) => void,
): void {
  for (let o = 0; o < outputs; o++) for (let i = 0; i < inputs; i++) visit(o, i);
}

const matrices = {
  2: [
    [1, 0, 0],
    [1 / 2, 1 / 2, 1 / 2],
    [1 / 2, -1 / 2, 1 / 2],
    [0, 0, 1],
  ],
  4: [
    [1 / 4, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, -1 / 12, 1 / 6],
    [0, 0, 1],
  ],
} as const;

/** G g G^T, all in float64. */
/** The largest size of point p of B^T d B for d of 0 to 255 less a zero point. */
function greatestInput(p: number): number {
  const rows = [
    [4, 0, -5, 0, 1, 0],
    [0, -4, -4, 1, 1, 0],
    [0, 4, -4, -1, 1, 0],
    [0, -2, -1, 2, 1, 0],
    [0, 2, -1, -2, 1, 0],
    [0, 4, 0, -5, 0, 1],
  ];
  const [left, right] = [rows[Math.floor(p / 6)] as number[], rows[p % 6] as number[]];
  const products = left.flatMap((a) => right.map((b) => a * b));
  const sum = (sign: 1 | -1): number => products.reduce((total, value) => total + Math.max(sign * value, 0), 0);
  return 255 * Math.max(sum(1), sum(-1));
}

function transform(g: readonly number[], tile: 2 | 4): number[] {
  const matrix = matrices[tile];
  const half = matrix.map((row) =>
    [0, 1, 2].map((c) => row.reduce((sum, v, k) => sum + v * (g[3 * k + c] as number), 0)),
  );
  return half.flatMap((left) => matrix.map((row) => row.reduce((sum, v, k) => sum + v * (left[k] as number), 0)));
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** The nearest of all bfloat16 numbers round a float32 one, of two as near the even one; NaN quiet with its sign and payload. */
function bf16Bits(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] as number;
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40;
  const below = bits >>> 16;
  const rest = bits & 0xffff;
  if (rest === 0x8000) return below + (below % 2);
  return rest > 0x8000 ? below + 1 : below;
}

function copyOf(bytes: Uint8Array | undefined): ArrayBuffer {
  return Uint8Array.from(bytes as Uint8Array).buffer;
}
const int8 = (bytes: Uint8Array | undefined): Int8Array => new Int8Array(copyOf(bytes));
const int32 = (bytes: Uint8Array | undefined): Int32Array => new Int32Array(copyOf(bytes));
const float32 = (bytes: Uint8Array | undefined): Float32Array => new Float32Array(copyOf(bytes));
