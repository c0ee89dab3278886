import type { Node, Value } from "../../../src/ir/index.ts";
import { numbersOf, sizeOf } from "../../../src/ir/index.ts";

/** The producer of a value when it is this operator and nobody else reads the value. */
export function soleProducer(value: Value | undefined, ...opTypes: readonly string[]): Node | undefined {
  const node = value?.producer;
  if (node === undefined || node.domain !== "" || value?.uses.size !== 1) return undefined;
  return opTypes.includes(node.opType) ? node : undefined;
}

/** The number a constant holds when it is a single float32. */
export function scalarOf(value: Value | undefined): number | undefined {
  const constant = value?.isConstant === true ? value.constant : undefined;
  if (constant?.dtype !== "float32" || sizeOf(constant.shape) !== 1) return undefined;
  return numbersOf(constant)[0];
}

/** Whether a number is another up to rounding to float32. */
export function isClose(number: number | undefined, expected: number): boolean {
  return number !== undefined && Math.abs(number - expected) <= 1e-6 * Math.abs(expected);
}

/** The operands of a commutative operator in both orders. */
export function bothOrders({ inputs }: Node): readonly (readonly [Value | undefined, Value | undefined])[] {
  const [a, b] = inputs;
  return [
    [a, b],
    [b, a],
  ];
}

/** {@link soleProducer} that also notes what it found as part of a pattern. */
export type Step = (value: Value | undefined, ...opTypes: readonly string[]) => Node | undefined;

/** A value without the scalar it is multiplied with or divided by. */
export function unscaled(
  value: Value | undefined,
  step: Step,
): { readonly source: Value | undefined; readonly scale: number } {
  const node = soleProducer(value, "Div", "Mul");
  if (node === undefined) return { source: value, scale: 1 };
  for (const [source, factor] of node.opType === "Div" ? [[node.input(0), node.input(1)] as const] : bothOrders(node)) {
    const scalar = scalarOf(factor);
    if (scalar === undefined) continue;
    step(value, node.opType);
    return { source, scale: node.opType === "Div" ? 1 / scalar : scalar };
  }
  return { source: value, scale: 1 };
}
