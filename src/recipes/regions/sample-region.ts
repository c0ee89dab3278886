import type { Model } from "../../ir/index.ts";
import { parseModel } from "../../ir/index.ts";
import { inferTypes } from "../../ops/index.ts";

const size = 12;
const inputs = 8;
const outputs = 16;

/** Reproducible whole numbers from `-most` to `most`. */
function integers(count: number, most: number): string {
  return Array.from({ length: count }, (_, i) => ((i * 73 + 11) % (2 * most + 1)) - most).join(",");
}

/**
 * A small quantized convolution with all that an integer kernel does: padding, bias, requantization, clamping. Weights fit
 * 7 bits, so that CPUs without VNNI compute the same.
 */
export function sampleConvolution(): Model {
  const model = parseModel(`ir 9 opset 17
  graph sample {
    in %x: float32[N,${inputs},${size},${size}]
    const %xs: float32[] = [0.02]
    const %xz: uint8[] = [120]
    const %ws: float32[${outputs}] = [${Array.from({ length: outputs }, (_, i) => (0.004 + 0.0003 * i).toFixed(6)).join(",")}]
    const %wz: int8[${outputs}] = [${Array.from({ length: outputs }, () => 0).join(",")}]
    const %bs: float32[${outputs}] = [${Array.from({ length: outputs }, (_, i) => Math.fround(Math.fround(0.02) * Math.fround(0.004 + 0.0003 * i)).toPrecision(9)).join(",")}]
    const %bz: int32[${outputs}] = [${Array.from({ length: outputs }, () => 0).join(",")}]
    const %w: int8[${outputs},${inputs},3,3] = [${integers(outputs * inputs * 9, 63)}]
    const %b: int32[${outputs}] = [${integers(outputs, 900)}]
    const %ys: float32[] = [0.05]
    const %yz: uint8[] = [3]
    %xq: uint8[N,${inputs},${size},${size}] = QuantizeLinear(%x, %xs, %xz)
    %xd: float32[N,${inputs},${size},${size}] = DequantizeLinear(%xq, %xs, %xz)
    %wd: float32[${outputs},${inputs},3,3] = DequantizeLinear(%w, %ws, %wz) {axis=0}
    %bd: float32[${outputs}] = DequantizeLinear(%b, %bs, %bz) {axis=0}
    %c: float32[N,${outputs},${size},${size}] = Conv(%xd, %wd, %bd) {kernel_shape=[3,3], pads=[1,1,1,1]}
    %yq: uint8[N,${outputs},${size},${size}] = QuantizeLinear(%c, %ys, %yz)
    %y: float32[N,${outputs},${size},${size}] = DequantizeLinear(%yq, %ys, %yz)
    out %y
  }`);
  inferTypes(model, { onConflict: "replace" });
  return model;
}

/** An input of the sample for so many samples. */
export function sampleInput(samples: number): { readonly dims: readonly number[]; readonly data: Float32Array } {
  const dims = [samples, inputs, size, size];
  const count = dims.reduce((product, dim) => product * dim, 1);
  return { dims, data: Float32Array.from({ length: count }, (_, i) => (((i * 37) % 501) - 240) / 100) };
}
