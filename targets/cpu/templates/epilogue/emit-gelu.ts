import type { Register } from "../../../../src/codegen/x86/index.ts";
import type { InstructionSink } from "../interleave.ts";
import type { EpilogueContext } from "./epilogue-context.ts";

/** Beyond this size the normal distribution is 0 or 1 as far as the polynomial's error tells. */
const bound = 5;

/**
 * Coefficients of P in Φ(x) = ½ + x P(2 x²/bound² - 1), fitted on ±bound for the least error of x Φ(x): in float32
 * 4.3e-6, and beyond the bound 3e-7 |x|, far below the steps a uint8 result is rounded to.
 */
const coefficients = [
  0.141363755, -0.0702982321, 0.0515254065, -0.0403919816, 0.0313566178, -0.0236249194, 0.016910566, -0.0101657081,
  0.00511258701, -0.00388637651, 0.00319482293, -0.00109665084,
];

const polynomial = [
  "gelu0",
  "gelu1",
  "gelu2",
  "gelu3",
  "gelu4",
  "gelu5",
  "gelu6",
  "gelu7",
  "gelu8",
  "gelu9",
  "gelu10",
  "gelu11",
] as const;

/** Constants of {@link emitGelu}. */
export const geluRows = ["geluBound", "geluLowerBound", "geluFactor", "geluOne", "geluHalf", ...polynomial] as const;
/** One of {@link geluRows}. */
export type GeluRow = (typeof geluRows)[number];

/** Vector registers that are overwritten besides the value's. */
export const geluTemporaries = 3;

/** The number of a row when results are divided by `scale`. */
export function geluConstant(row: GeluRow, scale: number): number {
  switch (row) {
    case "geluBound":
      return bound;
    case "geluLowerBound":
      return -bound;
    case "geluFactor":
      return Math.SQRT2 / bound;
    case "geluOne":
      return 1;
    case "geluHalf":
      return 0.5 / scale;
    default:
      return (coefficients[polynomial.indexOf(row)] as number) / scale;
  }
}

/** `value = gelu(value) / scale`. */
export function emitGelu(sink: InstructionSink, { constant, temporaries }: EpilogueContext, value: Register): void {
  const [held, square, sum] = temporaries as readonly [Register, Register, Register];
  sink.emit("vminps", held, value, constant("geluBound"));
  sink.emit("vmaxps", held, held, constant("geluLowerBound"));
  sink.emit("vmulps", square, held, constant("geluFactor"));
  sink.emit("vfmsub213ps", square, square, constant("geluOne"));
  sink.emit("vmovups", sum, constant("gelu11"));
  for (const row of [...polynomial].reverse().slice(1)) sink.emit("vfmadd213ps", sum, square, constant(row));
  sink.emit("vfmadd213ps", sum, held, constant("geluHalf"));
  sink.emit("vmulps", value, value, sum);
}
