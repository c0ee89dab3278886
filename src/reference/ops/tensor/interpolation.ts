/** Weights of the four neighbours -1, 0, 1, 2 of a point `t` in [0, 1] (Keys' cubic convolution with coefficient `a`). */
export function cubicWeights(t: number, a: number): [number, number, number, number] {
  return [cubicKernel(1 + t, a), cubicKernel(t, a), cubicKernel(1 - t, a), cubicKernel(2 - t, a)];
}

/** Keys' cubic convolution kernel (R. G. Keys, IEEE ASSP 29(6), 1981), zero beyond a distance of 2. */
export function cubicKernel(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}
