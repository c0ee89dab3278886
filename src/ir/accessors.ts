import type { Attribute } from "./attribute.ts";
import type { Graph } from "./graph.ts";
import type { Tensor } from "./tensor.ts";

/** Anything with attributes: a node, or what stands for one. */
export interface HasAttributes {
  readonly attributes: ReadonlyMap<string, Attribute>;
}

function toNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) return Number.MAX_SAFE_INTEGER;
  if (value < BigInt(Number.MIN_SAFE_INTEGER)) return Number.MIN_SAFE_INTEGER;
  return Number(value);
}

/** The int attribute as a number, clamped to the safe range (INT64_MAX means "to the end" wherever it occurs). */
export function intAttr(node: HasAttributes, name: string): number | undefined;
export function intAttr(node: HasAttributes, name: string, fallback: number): number;
export function intAttr(node: HasAttributes, name: string, fallback?: number): number | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "int" ? toNumber(attribute.value) : fallback;
}

/** The ints attribute as numbers, clamped to the safe range. */
export function intsAttr(node: HasAttributes, name: string): readonly number[] | undefined;
export function intsAttr(node: HasAttributes, name: string, fallback: readonly number[]): readonly number[];
export function intsAttr(
  node: HasAttributes,
  name: string,
  fallback?: readonly number[],
): readonly number[] | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "ints" ? attribute.value.map(toNumber) : fallback;
}

/** The float attribute. */
export function floatAttr(node: HasAttributes, name: string): number | undefined;
export function floatAttr(node: HasAttributes, name: string, fallback: number): number;
export function floatAttr(node: HasAttributes, name: string, fallback?: number): number | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "float" ? attribute.value : fallback;
}

/** The floats attribute. */
export function floatsAttr(node: HasAttributes, name: string): readonly number[] | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "floats" ? attribute.value : undefined;
}

/** The string attribute, decoded as UTF-8. */
export function stringAttr(node: HasAttributes, name: string): string | undefined;
export function stringAttr(node: HasAttributes, name: string, fallback: string): string;
export function stringAttr(node: HasAttributes, name: string, fallback?: string): string | undefined {
  const attribute = node.attributes.get(name);
  if (attribute?.kind !== "string") return fallback;
  return typeof attribute.value === "string" ? attribute.value : new TextDecoder().decode(attribute.value);
}

/** The strings attribute, decoded as UTF-8. */
export function stringsAttr(node: HasAttributes, name: string): readonly string[] | undefined {
  const attribute = node.attributes.get(name);
  if (attribute?.kind !== "strings") return undefined;
  return attribute.value.map((s) => (typeof s === "string" ? s : new TextDecoder().decode(s)));
}

/** The tensor attribute. */
export function tensorAttr(node: HasAttributes, name: string): Tensor | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "tensor" ? attribute.value : undefined;
}

/** The graph attribute. */
export function graphAttr(node: HasAttributes, name: string): Graph | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "graph" ? attribute.value : undefined;
}
