import { dtypes, stringAttr } from "../../../ir/index.ts";
import { tensorInput } from "../../operands.ts";
import { binary } from "./binary.ts";

/**
 * BitShift: integers shifted LEFT or RIGHT (signed ones, since opset 28, arithmetically). A shift by the width or more,
 * or by a negative amount, leaves no bit of the number: 0, or -1 for a negative number shifted right.
 */
export const bitShift = binary("BitShift", (call) => {
  const { bits } = dtypes[tensorInput(call, 0).dtype];
  const isPast = (by: number): boolean => by < 0 || by >= bits;
  return stringAttr(call.node, "direction") === "LEFT"
    ? {
        real: (x, by) => (isPast(by) ? 0 : x << by),
        bigint: (x, by) => (isPast(Number(by)) ? 0n : x << by),
      }
    : {
        real: (x, by) => (isPast(by) ? (x < 0 ? -1 : 0) : Math.floor(x / 2 ** by)),
        bigint: (x, by) => (isPast(Number(by)) ? (x < 0n ? -1n : 0n) : x >> by),
      };
});
