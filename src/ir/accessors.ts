import type { Graph, Node } from "./graph.ts";
import type { Tensor } from "./tensor.ts";

function toNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) return Number.MAX_SAFE_INTEGER;
  if (value < BigInt(Number.MIN_SAFE_INTEGER)) return Number.MIN_SAFE_INTEGER;
  return Number(value);
}

/** The int attribute as a number, clamped to the safe range (INT64_MAX means "to the end" wherever it occurs). */
export function intAttr(node: Node, name: string): number | undefined;
export function intAttr(node: Node, name: string, fallback: number): number;
export function intAttr(node: Node, name: string, fallback?: number): number | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "int" ? toNumber(attribute.value) : fallback;
}

/** The ints attribute as numbers, clamped to the safe range. */
export function intsAttr(node: Node, name: string): readonly number[] | undefined;
export function intsAttr(node: Node, name: string, fallback: readonly number[]): readonly number[];
export function intsAttr(node: Node, name: string, fallback?: readonly number[]): readonly number[] | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "ints" ? attribute.value.map(toNumber) : fallback;
}

/** The float attribute. */
export function floatAttr(node: Node, name: string): number | undefined;
export function floatAttr(node: Node, name: string, fallback: number): number;
export function floatAttr(node: Node, name: string, fallback?: number): number | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "float" ? attribute.value : fallback;
}

/** The floats attribute. */
export function floatsAttr(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "floats" ? attribute.value : undefined;
}

/** The string attribute, decoded as UTF-8. */
export function stringAttr(node: Node, name: string): string | undefined;
export function stringAttr(node: Node, name: string, fallback: string): string;
export function stringAttr(node: Node, name: string, fallback?: string): string | undefined {
  const attribute = node.attributes.get(name);
  if (attribute?.kind !== "string") return fallback;
  return typeof attribute.value === "string" ? attribute.value : new TextDecoder().decode(attribute.value);
}

/** The strings attribute, decoded as UTF-8. */
export function stringsAttr(node: Node, name: string): readonly string[] | undefined {
  const attribute = node.attributes.get(name);
  if (attribute?.kind !== "strings") return undefined;
  return attribute.value.map((s) => (typeof s === "string" ? s : new TextDecoder().decode(s)));
}

/** The tensor attribute. */
export function tensorAttr(node: Node, name: string): Tensor | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "tensor" ? attribute.value : undefined;
}

/** The graph attribute. */
export function graphAttr(node: Node, name: string): Graph | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "graph" ? attribute.value : undefined;
}
