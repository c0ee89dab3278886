import type { Graph, RuntimeValue, Shape, StaticShape, Value, ValueType } from "../ir/index.ts";
import { isTensor, printType, tensorType } from "../ir/index.ts";
import { fail } from "../diagnostics/index.ts";
import { nearestName } from "../diagnostics/nearest-name.ts";
import { referenceDiagnostics } from "../diagnostics/codes/reference.ts";

/**
 * The graph's inputs with the values given for them. Throws InferOptError for a name that is no input, and for a value
 * whose kind, element type, rank or size contradicts the declared type; symbolic sizes take any number.
 */
export function checkFeeds(graph: Graph, feeds: ReadonlyMap<string, RuntimeValue>): Map<Value, RuntimeValue> {
  const inputs = new Map(graph.inputs.map((input) => [input.name, input]));
  const given = new Map<Value, RuntimeValue>();
  for (const [name, value] of feeds) {
    const input = inputs.get(name);
    if (input === undefined)
      fail(referenceDiagnostics.inputUnknown({ input: name, nearest: nearestName(name, [...inputs.keys()]) }));
    if (input.type !== undefined && !fits(value, input.type)) {
      const facts = { input: name, expected: printType(input.type), found: printValue(value) };
      fail(referenceDiagnostics.inputMismatch(facts));
    }
    given.set(input, value);
  }
  return given;
}

function fits(value: RuntimeValue, type: ValueType): boolean {
  // What may be absent may be given with or without its wrapping; types of other domains are never looked into.
  if (type.kind === "opaque") return true;
  if (type.kind === "optional") {
    const inner = !isTensor(value) && value.kind === "optional" ? value.value : value;
    return inner === undefined || fits(inner, type.element);
  }
  if (isTensor(value)) return type.kind === "tensor" && value.dtype === type.dtype && hasShape(value.shape, type.shape);
  switch (value.kind) {
    case "sparse":
      return (
        type.kind === "sparse" && value.sparse.values.dtype === type.dtype && hasShape(value.sparse.shape, type.shape)
      );
    case "sequence":
      return type.kind === "sequence" && value.items.every((item) => fits(item, type.element));
    case "map":
      return type.kind === "map" && value.keyType === type.key;
    case "optional":
      return false;
  }
}

function hasShape(shape: StaticShape, declared: Shape | undefined): boolean {
  if (declared === undefined) return true;
  return (
    shape.length === declared.length && declared.every((dim, axis) => typeof dim !== "number" || dim === shape[axis])
  );
}

function printValue(value: RuntimeValue): string {
  return isTensor(value) ? printType(tensorType(value.dtype, value.shape)) : value.kind;
}
