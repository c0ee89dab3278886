import type { Attribute, Graph, Node, Tensor, Value } from "../ir/index.ts";
import { attr } from "../ir/index.ts";
import { inferOutputTypes, opsetOf } from "../ops/index.ts";
import type { Builder, NewNode, Site } from "./rule.ts";

/** A builder that remembers what it made, so that a rewrite that is refused after all leaves nothing behind. */
export interface RecordingBuilder extends Builder {
  readonly made: readonly Node[];
  /** The constants made, with the names wished for. */
  readonly constants: readonly (readonly [Value, string])[];
  /** Removes everything made. */
  undo(): void;
}

/** Makes nodes right before `root`, named after it. */
export function builderBefore(root: Node, site: Site): RecordingBuilder {
  const { graph, model, opset } = site;
  // Bodies of functions are typed at each call: what is inferred without one would hold for no other.
  const inFunction = rootOf(graph) !== model.graph;
  const made: Node[] = [];
  const constants: (readonly [Value, string])[] = [];
  const node = (
    opType: string,
    inputs: readonly (Value | undefined)[],
    attributes: Readonly<Record<string, Attribute>> | ReadonlyMap<string, Attribute> = {},
    options: NewNode = {},
  ): Node => {
    const types =
      typeof options.outputs === "number" ? new Array<undefined>(options.outputs) : (options.outputs ?? [undefined]);
    const domain = options.domain ?? "";
    const fresh = graph.insertBefore(root, {
      opType,
      domain,
      name: options.name ?? (root.name === "" ? "" : `${root.name}/${opType}`),
      inputs,
      outputs: Array.from(types, (type) => ({ type })),
      attributes,
    });
    made.push(fresh);
    const version = domain === "" ? opset : opsetOf(model, domain);
    if (version !== undefined && !inFunction && fresh.outputs.some((output) => output?.type === undefined))
      inferOutputTypes(fresh, version);
    return fresh;
  };
  return {
    ...site,
    made,
    constants,
    node,
    op: (opType, inputs, attributes, options) => node(opType, inputs, attributes, options).output,
    constant: (hint: string, tensor: Tensor) => {
      // The body of a function has no initializers (FunctionProto): there a constant is a node.
      if (inFunction && graph.parent === undefined)
        return node("Constant", [], { value: attr.tensor(tensor) }, { name: hint }).output;
      const value = graph.addConstant(hint, tensor);
      constants.push([value, hint]);
      return value;
    },
    undo: () => {
      for (const fresh of made.reverse()) graph.remove(fresh);
      for (const [value] of constants) graph.removeConstant(value);
    },
  };
}

function rootOf(graph: Graph): Graph {
  let root = graph;
  while (root.parent !== undefined) root = root.parent;
  return root;
}
