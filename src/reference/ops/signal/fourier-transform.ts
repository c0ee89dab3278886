/** A complex vector as two arrays. */
export interface ComplexVector {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * The first `bins` values of the discrete Fourier transform of a complex vector by its definition; the inverse is divided
 * by the length. Angles are reduced modulo the length first, which keeps the error at a few units of double precision.
 */
export function fourierTransform(re: Float64Array, im: Float64Array, bins: number, inverse: boolean): ComplexVector {
  const { length } = re;
  const turn = ((inverse ? 2 : -2) * Math.PI) / length;
  const cos = Float64Array.from({ length }, (_, k) => Math.cos(turn * k));
  const sin = Float64Array.from({ length }, (_, k) => Math.sin(turn * k));
  const scale = inverse ? 1 / length : 1;
  const out = { re: new Float64Array(bins), im: new Float64Array(bins) };
  for (let k = 0; k < bins; k++) {
    let [sumRe, sumIm] = [0, 0];
    for (let n = 0, angle = 0; n < length; n++, angle = (angle + k) % length) {
      const [a, b] = [re[n] as number, im[n] as number];
      const [c, s] = [cos[angle] as number, sin[angle] as number];
      sumRe += a * c - b * s;
      sumIm += a * s + b * c;
    }
    out.re[k] = sumRe * scale;
    out.im[k] = sumIm * scale;
  }
  return out;
}
