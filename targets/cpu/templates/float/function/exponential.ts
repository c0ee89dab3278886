import type { Register } from "../../../../../src/codegen/x86/index.ts";
import type { FunctionContext } from "./function-body.ts";

/** From here to 2^24 neighbouring float32 numbers differ by one: the sum with it is rounded, its low bits are an integer. */
const magic = 1.5 * 2 ** 23;
const log2e = Math.LOG2E;
/** ln 2 in two parts, the first with zeros at the end: its product with an exponent is exact. */
const ln2High = 0.693145751953125;
const ln2Low = Math.LN2 - ln2High;

/** Constants of {@link emitExponential}: polynomial fitted to exp on ±ln 2 / 2, relative error 3e-9. */
export const exponentialConstants = {
  greatest: 88,
  least: -87,
  log2e,
  magic,
  ln2High,
  ln2Low,
  e6: 0.00138145986,
  e5: 0.00836871701,
  e4: 0.0416683881,
  e3: 0.166665206,
  e2: 0.499999934,
  one: 1,
} as const;

/**
 * `value = exp(value)`, arguments held in -87 … 88, where results are normal numbers. `refine` may correct the reduced
 * argument in `value` and overwrite the second temporary. Overwrites both temporaries.
 */
export function emitExponential(
  { a, constant }: Pick<FunctionContext, "a" | "constant">,
  value: Register,
  [exponent, sum]: readonly [Register, Register],
  refine: () => void = () => undefined,
): void {
  a.emit("vminps", value, value, constant("greatest"));
  a.emit("vmaxps", value, value, constant("least"));
  a.emit("vmovups", exponent, constant("magic"));
  a.emit("vfmadd231ps", exponent, value, constant("log2e"));
  a.emit("vsubps", sum, exponent, constant("magic"));
  a.emit("vfnmadd231ps", value, sum, constant("ln2High"));
  a.emit("vfnmadd231ps", value, sum, constant("ln2Low"));
  refine();
  a.emit("vmovups", sum, constant("e6"));
  for (const name of ["e5", "e4", "e3", "e2", "one", "one"]) a.emit("vfmadd213ps", sum, value, constant(name));
  a.emit("vpslld", exponent, exponent, 23);
  a.emit("vpaddd", value, sum, exponent);
}
