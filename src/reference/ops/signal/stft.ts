import { intAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { integersInput, optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { fourierTransform } from "./fourier-transform.ts";

/** STFT: the spectra of windowed frames of a real or complex signal, `frame_step` apart. */
export const stft: ReferenceOp = {
  domain: "",
  name: "STFT",
  run(call) {
    const signal = tensorInput(call, 0);
    const [batch = 0, samples = 0, parts = 1] = signal.shape;
    const step = integersInput(call, 1)?.[0] ?? 1;
    const given = optionalTensorInput(call, 2);
    const length = integersInput(call, 3)?.[0] ?? given?.shape[0] ?? samples;
    const window = given === undefined ? new Float64Array(length).fill(1) : realsOf(given);
    if (window.length !== length) throw new RangeError(`STFT: a window of ${window.length} for frames of ${length}`);
    const frames = Math.max(0, Math.floor((samples - length) / step) + 1);
    const bins = intAttr(call.node, "onesided", 1) !== 0 ? Math.floor(length / 2) + 1 : length;
    const source = realsOf(signal);
    const out = new Float64Array(batch * frames * bins * 2);
    for (let n = 0; n < batch; n++)
      for (let frame = 0; frame < frames; frame++) {
        const start = (n * samples + frame * step) * parts;
        const re = window.map((weight, i) => weight * (source[start + i * parts] as number));
        const im = window.map((weight, i) => (parts === 2 ? weight * (source[start + i * 2 + 1] as number) : 0));
        const spectrum = fourierTransform(re, im, bins, false);
        const to = (n * frames + frame) * bins * 2;
        for (let k = 0; k < bins; k++) out.set([spectrum.re[k] as number, spectrum.im[k] as number], to + 2 * k);
      }
    return [encodeReals(signal.dtype, [batch, frames, bins, 2], out)];
  },
};
