import { stringAttr } from "../../../ir/index.ts";
import { binary } from "./binary.ts";

/** BitShift: unsigned integers shifted LEFT or RIGHT; a shift by the width or more gives 0. */
export const bitShift = binary("BitShift", ({ node }) =>
  stringAttr(node, "direction") === "LEFT"
    ? { real: (a, b) => (b > 31 ? 0 : a << b), bigint: (a, b) => (b > 63n ? 0n : a << b) }
    : { real: (a, b) => (b > 31 ? 0 : a >>> b), bigint: (a, b) => a >> b },
);
