import type { Dim, Model, Shape, Value, ValueType } from "../ir/index.ts";
import { printDim, substituteDim } from "../ir/index.ts";
import { fail } from "../diagnostics/index.ts";
import { opsDiagnostics } from "../diagnostics/codes/ops.ts";

/**
 * Pins the dimensions of graph inputs to numbers. Symbols that occur in them are bound everywhere in the main graph and
 * its subgraphs; derived types are brought up to date by `inferTypes`. Throws InferOptError for an unknown input, another
 * rank, or a symbol bound to two sizes.
 */
export function bindShapes(model: Model, shapes: ReadonlyMap<string, readonly number[]>): void {
  const bindings = new Map<string, number>();
  for (const [name, sizes] of shapes) {
    const input = model.graph.inputs.find((value) => value.name === name);
    if (input === undefined) {
      const known = model.graph.inputs.map((value) => `"${value.name}"`).join(", ");
      fail(opsDiagnostics.badBinding({ input: name, detail: `the model has no such input; it has ${known}` }));
    }
    if (input.type?.kind !== "tensor")
      fail(opsDiagnostics.badBinding({ input: name, detail: "it is not a tensor of known type" }));
    collect(bindings, name, input.type.shape, sizes);
    input.type = { ...input.type, shape: sizes };
  }
  if (bindings.size === 0) return;
  const bind = (value: Value | undefined): void => {
    if (value?.type !== undefined) value.type = substituteType(value.type, bindings);
  };
  for (const graph of model.graph.allGraphs()) {
    graph.inputs.forEach(bind);
    for (const node of graph.nodes()) node.outputs.forEach(bind);
  }
}

/** Learns which size each symbol stands for from one input's declared shape. */
function collect(
  bindings: Map<string, number>,
  input: string,
  declared: Shape | undefined,
  sizes: readonly number[],
): void {
  if (declared === undefined) return;
  if (declared.length !== sizes.length)
    fail(opsDiagnostics.badBinding({ input, detail: `it has rank ${declared.length}, not ${sizes.length}` }));
  declared.forEach((dim, i) => {
    const size = sizes[i] as number;
    if (dim === undefined || typeof dim === "number") return;
    if (dim.terms.size !== 1 || dim.terms.get(dim.key) !== 1) return;
    const bound = bindings.get(dim.key);
    if (bound !== undefined && bound !== size)
      fail(opsDiagnostics.badBinding({ input, detail: `"${printDim(dim)}" cannot be both ${bound} and ${size}` }));
    bindings.set(dim.key, size);
  });
}

function substituteType(type: ValueType, bindings: ReadonlyMap<string, number>): ValueType {
  switch (type.kind) {
    case "tensor":
    case "sparse":
      return { ...type, shape: type.shape?.map((dim): Dim => substituteDim(dim, bindings)) };
    case "sequence":
    case "optional":
      return { ...type, element: substituteType(type.element, bindings) };
    case "map":
    case "opaque":
      return type;
  }
}
