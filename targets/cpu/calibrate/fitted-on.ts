import type { CoreFigureName } from "../templates/core-figures.ts";
import type { VectorIsa } from "../templates/epilogue/vector-isa.ts";

/**
 * Times of a unit of work (an instruction, a byte of a vector load) in turns of the reference loop, on the machine that
 * the cost models were fitted on: AMD Zen 5, one thread. Only ratios to them are used.
 */
export const fittedOn: Readonly<Record<VectorIsa["name"], Readonly<Record<CoreFigureName, number>>>> = {
  avx512vnni: { dots: 6.29e-6, latency: 4.97e-5, fmas: 6.29e-6, loads: 1.07e-7, l2: 2.09e-7, l3: 4.35e-7 },
  avxvnni: { dots: 6.29e-6, latency: 4.97e-5, fmas: 6.29e-6, loads: 2.0e-7, l2: 2.12e-7, l3: 4.1e-7 },
  avx2: { dots: 6.32e-6, latency: 3.74e-5, fmas: 6.31e-6, loads: 2.0e-7, l2: 2.2e-7, l3: 4.3e-7 },
};
