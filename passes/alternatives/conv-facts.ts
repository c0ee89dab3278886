import type { Match, Pattern, Refusal } from "../../src/rewrite/index.ts";
import { anyValue, constant, op, optional, refuse } from "../../src/rewrite/index.ts";
import { constantOf } from "../support/facts.ts";

/** A convolution with constant weights in float32. */
export function convOf(): Pattern<"x" | "w" | "b" | "conv"> {
  const inputs = [anyValue("x"), constant("w", ({ dtype }) => dtype === "float32"), optional(anyValue("b"))] as const;
  return op("Conv", inputs, { name: "conv" });
}

/** A refusal unless the bias is a constant with one number for each of so many channels, or absent. */
export function checkBias(match: Match<"x" | "w" | "b">, channels: number): Refusal | undefined {
  const bias = match.maybe("b");
  if (bias === undefined) return undefined;
  const { shape } = constantOf(bias) ?? {};
  return shape?.length === 1 && shape[0] === channels
    ? undefined
    : refuse("its bias is no constant with one number for each output channel", match.root);
}
