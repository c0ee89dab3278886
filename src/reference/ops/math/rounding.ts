import { roundHalfEven } from "../../../ir/index.ts";
import { unary } from "./unary.ts";

/** Ceil: least integer not below x. */
export const ceil = unary("Ceil", { real: Math.ceil });
/** Floor: greatest integer not above x. */
export const floor = unary("Floor", { real: Math.floor });
/** Round: nearest integer, ties to even; what rounds to zero keeps its sign. */
export const round = unary("Round", {
  real: (x) => {
    const nearest = roundHalfEven(x);
    return nearest === 0 && x < 0 ? -0 : nearest;
  },
});
