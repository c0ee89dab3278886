import { dtypeFromCode, intAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** MelWeightMatrix: triangular filters, evenly spaced on the mel scale, over the bins of a one-sided spectrum. */
export const melWeightMatrix: ReferenceOp = {
  domain: "",
  name: "MelWeightMatrix",
  run(call) {
    const [bands, length, rate, lowest, highest] = [0, 1, 2, 3, 4].map((i) => realsOf(tensorInput(call, i))[0]) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const dtype = dtypeFromCode(intAttr(call.node, "output_datatype", 1)) ?? "float32";
    const rows = Math.floor(length / 2) + 1;
    const [low, high] = [melOf(lowest), melOf(highest)];
    // The edges are the whole bins at or below evenly spaced points; the specification's example divides by bands + 2.
    const edges = Array.from({ length: bands + 2 }, (_, i) => {
      const hertz = hertzOf(low + (i * (high - low)) / (bands + 2));
      return Math.floor(((length + 1) * hertz) / rate);
    });
    const out = new Float64Array(rows * bands);
    for (let band = 0; band < bands; band++) {
      const [left, centre, right] = edges.slice(band, band + 3) as [number, number, number];
      const put = (row: number, value: number): void => {
        if (row < rows) out[row * bands + band] = value;
      };
      if (left === centre) put(centre, 1);
      else for (let row = left; row <= centre; row++) put(row, (row - left) / (centre - left));
      if (right > centre) for (let row = centre; row < right; row++) put(row, (right - row) / (right - centre));
    }
    return [encodeReals(dtype, [rows, bands], out)];
  },
};

function melOf(hertz: number): number {
  return 2595 * Math.log10(1 + hertz / 700);
}

function hertzOf(mel: number): number {
  return 700 * (10 ** (mel / 2595) - 1);
}
