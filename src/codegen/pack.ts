/** One loop of a strided copy: `count` steps of `source` elements and `target` bytes. */
export interface PackLoop {
  readonly count: number;
  readonly source: number;
  readonly target: number;
}

/**
 * How constant inputs become the bytes of a kernel's argument, once, when a session is created. Sources are roles
 * (`weights`, `bias`, `weight-scale`, …) that whoever places the kernel binds to constant inputs. Bytes that no pack
 * writes are zero. Offsets: `source` in elements, `target` in bytes.
 */
export type Pack =
  | {
      /** Strided copy of elements of 1, 2, 4 or 8 bytes, at most 8 loops, outermost first. */
      readonly kind: "copy";
      readonly from: string;
      readonly elementBytes: 1 | 2 | 4 | 8;
      readonly sourceOffset: number;
      readonly targetOffset: number;
      readonly loops: readonly PackLoop[];
    }
  | {
      /**
       * As `copy`, of float32 elements that become bfloat16, rounded to nearest even: the upper half of their bits. NaN
       * stays NaN.
       */
      readonly kind: "bf16";
      readonly from: string;
      readonly sourceOffset: number;
      readonly targetOffset: number;
      readonly loops: readonly PackLoop[];
    }
  | {
      /** Bytes known when the program is made. */
      readonly kind: "literal";
      readonly targetOffset: number;
      readonly bytes: Uint8Array;
    }
  | {
      /**
       * int32 `bias[c] - zeroPoint * sum_k weights[c * channelStride + k]` for `channels` channels, where k runs over
       * `loops` (their `target` is not used). Channel c is written at `order[c]` elements when `order` is given, else at
       * c. `bias` may be absent (0).
       */
      readonly kind: "fold-bias";
      readonly weights: string;
      readonly bias: string | undefined;
      readonly zeroPoint: number;
      readonly channels: number;
      readonly channelStride: number;
      readonly loops: readonly PackLoop[];
      readonly targetOffset: number;
      readonly order: ChannelOrder;
    }
  | {
      /** float32 `fl(fl(inputScale * weightScale[c]) / outputScale)`; `perTensor` when there is one weight scale for all. */
      readonly kind: "multiplier";
      readonly weightScale: string;
      readonly perTensor: boolean;
      readonly inputScale: number;
      readonly outputScale: number;
      readonly channels: number;
      readonly targetOffset: number;
      readonly order: ChannelOrder;
    }
  | {
      /**
       * Winograd weights F(4x4,3x3): float32 OIHW to float32 `[36][outputs/blockOutputs][inputs][blockOutputs]`,
       * computed in float64 as G g G^T (Lavin and Gray, 2016, section 4.3), rounded once.
       */
      readonly kind: "winograd-f32";
      readonly from: string;
      readonly tile: 2 | 4;
      readonly outputs: number;
      readonly inputs: number;
      readonly blockOutputs: number;
      readonly targetOffset: number;
    }
  | {
      /**
       * The same for int8 OIHW weights and F(4x4,3x3): int16 `[36][outputs/blockOutputs][inputs/2][blockOutputs][2]` with a
       * symmetric scale per (position, output): the finest of at most `bits` bits for which no sum over `sumInputs` input
       * channels (from a multiple of them on) of products with transformed uint8 inputs passes int32. At `scaleOffset`
       * float32 `[36][outputs]` multipliers `scale * fl(inputScale * weightScale[o]) / outputScale`.
       */
      readonly kind: "winograd-s16";
      readonly from: string;
      readonly weightScale: string;
      readonly perTensor: boolean;
      readonly inputScale: number;
      readonly outputScale: number;
      readonly bits: number;
      readonly sumInputs: number;
      readonly outputs: number;
      readonly inputs: number;
      readonly blockOutputs: number;
      readonly targetOffset: number;
      readonly scaleOffset: number;
    };

/**
 * Where channel c stands in a packed vector: `natural` is c; `quad64` permutes each block of 64 so that two rounds of
 * in-lane packing restore the order: accumulator j, lane l, element d holds channel 16 l + 4 j + d. A last block of
 * fewer than 64 channels is natural.
 */
export type ChannelOrder = "natural" | "quad64";
