import { intAttr } from "../../../ir/index.ts";
import { binary } from "./binary.ts";

/** Mod: the remainder has the divisor's sign, or with fmod = 1 the dividend's. Modulo an integer zero is 0. */
export const mod = binary("Mod", ({ node }) => {
  if (intAttr(node, "fmod", 0) === 1) {
    return {
      real: (a, b) => a % b,
      integer: (a, b) => (b === 0 ? 0 : a % b),
      bigint: (a, b) => (b === 0n ? 0n : a % b),
    };
  }
  const floored = (a: number, b: number): number => {
    const rest = a % b;
    return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  };
  return {
    real: floored,
    integer: (a, b) => (b === 0 ? 0 : floored(a, b)),
    bigint: (a, b) => {
      if (b === 0n) return 0n;
      const rest = a % b;
      return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
    },
  };
});
