import type { Dim, Shape, ValueType } from "../ir/index.ts";
import { sameDim } from "../ir/index.ts";

/** How a declared and an inferred type contradict each other: in shape, or in element type or kind. */
export type TypeConflict = "shape" | "type";

/** True when both types are the same in every known and unknown part. */
export function sameType(a: ValueType | undefined, b: ValueType | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.kind !== b.kind) return false;
  switch (a.kind) {
    case "tensor":
    case "sparse": {
      if (b.kind !== a.kind || a.dtype !== b.dtype) return false;
      if (a.shape === undefined || b.shape === undefined) return a.shape === b.shape;
      const other = b.shape;
      return a.shape.length === other.length && a.shape.every((dim, i) => dim === other[i] || sameDim(dim, other[i]));
    }
    case "sequence":
    case "optional":
      return b.kind === a.kind && sameType(a.element, b.element);
    case "map":
      return b.kind === "map" && a.key === b.key && sameType(a.value, b.value);
    case "opaque":
      return b.kind === "opaque" && a.domain === b.domain && a.name === b.name;
  }
}

/** What two types have in common: dimensions that differ become unknown; undefined when the kinds or element types differ. */
export function joinTypes(a: ValueType | undefined, b: ValueType | undefined): ValueType | undefined {
  if (a === undefined || b === undefined) return undefined;
  if ((a.kind === "tensor" || a.kind === "sparse") && b.kind === a.kind)
    return a.dtype === b.dtype ? { kind: a.kind, dtype: a.dtype, shape: joinShapes(a.shape, b.shape) } : undefined;
  if ((a.kind === "sequence" || a.kind === "optional") && b.kind === a.kind) {
    const element = joinTypes(a.element, b.element);
    return element === undefined ? undefined : { kind: a.kind, element };
  }
  return sameType(a, b) ? a : undefined;
}

/** Dimensions that both shapes share; the others unknown, and undefined when the ranks differ. */
export function joinShapes(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (a === undefined || b === undefined || a.length !== b.length) return undefined;
  return a.map((dim, i) => (sameDim(dim, b[i]) ? dim : undefined));
}

/** The most that is known from a declared and an inferred type together, and whether they contradict each other. */
export function mergeTypes(
  declared: ValueType | undefined,
  inferred: ValueType | undefined,
  prefer: "inferred" | "declared" = "inferred",
): { readonly type: ValueType | undefined; readonly conflict?: TypeConflict } {
  if (declared === undefined || inferred === undefined || declared === inferred) return { type: inferred ?? declared };
  if ((inferred.kind === "tensor" || inferred.kind === "sparse") && declared.kind === inferred.kind) {
    if (inferred.dtype !== declared.dtype) return { type: inferred, conflict: "type" };
    const { shape, contradicts } = mergeShapes(declared.shape, inferred.shape, prefer);
    const type = { kind: inferred.kind, dtype: inferred.dtype, shape };
    return contradicts ? { type, conflict: "shape" } : { type };
  }
  if ((inferred.kind === "sequence" || inferred.kind === "optional") && declared.kind === inferred.kind) {
    const { type, conflict } = mergeTypes(declared.element, inferred.element, prefer);
    const merged = type === undefined ? inferred : { kind: inferred.kind, element: type };
    return conflict === undefined ? { type: merged } : { type: merged, conflict };
  }
  return sameType(declared, inferred) ? { type: inferred } : { type: inferred, conflict: "type" };
}

function mergeShapes(
  declared: Shape | undefined,
  inferred: Shape | undefined,
  prefer: "inferred" | "declared",
): { readonly shape: Shape | undefined; readonly contradicts: boolean } {
  if (declared === undefined || inferred === undefined) return { shape: inferred ?? declared, contradicts: false };
  if (declared.length !== inferred.length) return { shape: inferred, contradicts: true };
  let contradicts = false;
  const shape = inferred.map((dim, i): Dim => {
    const other = declared[i];
    if (typeof dim === "number") {
      if (typeof other === "number" && other >= 0 && other !== dim) contradicts = true;
      return dim;
    }
    if (typeof other === "number") return other >= 0 ? other : dim;
    return prefer === "declared" ? (other ?? dim) : (dim ?? other);
  });
  return { shape, contradicts };
}
