import type { Model, Node } from "../../ir/index.ts";
import type { Diagnostic, Where } from "../../diagnostics/index.ts";
import type { OpSchema } from "../types.ts";
import { functionKey } from "../../ir/index.ts";
import { canonicalDomain, opsetOf } from "../opset.ts";
import { schemaOf } from "../schema.ts";

/** One rule of the typed verifier: looks at every operator call of a model, as `operatorCalls` finds them. */
export interface OpVerifierRule {
  readonly name: string;
  check(calls: readonly OperatorCall[]): readonly Diagnostic[];
}

/** One operator call, with the schema in force; calls of local functions are left out. */
export interface OperatorCall {
  readonly node: Node;
  readonly opset: number;
  /** Undefined when the domain is unknown or the operator does not exist in this version. */
  readonly schema: OpSchema | undefined;
  where(): Where;
}

/** All operator calls of the model: main graph, subgraphs, function bodies. */
export function* operatorCalls(model: Model): Iterable<OperatorCall> {
  yield* callsIn(model, model.graph.allNodes(), (domain) => opsetOf(model, domain));
  for (const { body, opsets } of model.functions.values())
    yield* callsIn(
      model,
      body.allNodes(),
      (domain) => opsets.get(domain) ?? (domain === "" ? opsets.get("ai.onnx") : undefined) ?? opsetOf(model, domain),
    );
}

function* callsIn(
  model: Model,
  nodes: Iterable<Node>,
  opsetIn: (domain: string) => number | undefined,
): Iterable<OperatorCall> {
  let index = -1;
  for (const node of nodes) {
    index++;
    if (model.functions.size > 0 && model.functions.has(functionKey(node.domain, node.opType, node.overload))) continue;
    const domain = canonicalDomain(node.domain);
    const opset = opsetIn(domain);
    if (opset === undefined) continue;
    const at = index;
    const where = (): Where => ({ node: node.name === "" ? `${node.opType} ${at}` : node.name });
    yield { node, opset, schema: schemaOf(domain, node.opType, opset), where };
  }
}
