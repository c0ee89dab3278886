import type { Attribute, Graph, Node, Value } from "../src/ir/index.ts";
import { hashTensor } from "../src/ir/index.ts";
import { traitsOf } from "../src/ops/traits.ts";
import type { Pass } from "../src/pipeline/pass.ts";
import { canReplace, removeIfDead, replaceValue } from "./support/replace.ts";

/** Constants up to this size count by content; larger ones by identity (share-constants has merged equal ones before). */
const contentBytes = 1 << 16;

/** Numbers values so that equal constants get equal numbers. */
class ValueNumbers {
  readonly #numbers = new Map<Value, string>();

  of(value: Value | undefined): string {
    if (value === undefined) return "-";
    let number = this.#numbers.get(value);
    if (number !== undefined) return number;
    const tensor = value.isConstant ? value.constant : undefined;
    number =
      tensor !== undefined && tensor.byteLength <= contentBytes ? `#${hashTensor(tensor)}` : String(this.#numbers.size);
    this.#numbers.set(value, number);
    return number;
  }
}

/** An attribute as text; undefined for kinds that are not compared (graphs, types, sparse tensors). */
function attributeKey(attribute: Attribute): string | undefined {
  switch (attribute.kind) {
    case "float":
      return `f${Object.is(attribute.value, -0) ? "-0" : attribute.value}`;
    case "floats":
      return `F${attribute.value.map((v) => (Object.is(v, -0) ? "-0" : v)).join(",")}`;
    case "int":
      return `i${attribute.value}`;
    case "ints":
      return `I${attribute.value.join(",")}`;
    case "tensor":
      return `t${hashTensor(attribute.value)}`;
    case "reference":
      return `r${attribute.value}`;
    case "string":
      return `s${JSON.stringify(attribute.value)}`;
    case "strings":
      return `S${JSON.stringify(attribute.value)}`;
    default:
      return undefined;
  }
}

/** Equal for two nodes that compute the same; undefined when the node may not be shared. */
function nodeKey(node: Node, numbers: ValueNumbers): string | undefined {
  const traits = traitsOf(node.domain, node.opType);
  if (traits.pure !== true) return undefined;
  const attributes: string[] = [];
  for (const [name, attribute] of node.attributes) {
    const key = attributeKey(attribute);
    if (key === undefined) return undefined;
    attributes.push(`${name}=${key}`);
  }
  const inputs = node.inputs.map((input) => numbers.of(input));
  if (traits.commutative === true) inputs.sort();
  // Split without sizes tells its parts by the number of its outputs alone.
  const outputs = traits.movesData === true ? node.outputs.length : 0;
  return `${node.domain}|${node.opType}|${node.overload}|${outputs}|${inputs.join(" ")}|${attributes.sort().join("|")}`;
}

/** Points the readers of `node` to the outputs of `earlier`; false when one of them cannot be redirected. */
function redirect(node: Node, earlier: Node): boolean {
  const pairs: [Value, Value][] = [];
  for (const [i, output] of node.outputs.entries()) {
    if (output === undefined || output.uses.size === 0) continue;
    const same = earlier.outputs[i];
    if (same === undefined || !canReplace(output, same)) return false;
    pairs.push([output, same]);
  }
  for (const [output, same] of pairs) replaceValue(output, same);
  return removeIfDead(node);
}

function lookUp(key: string, visible: readonly ReadonlyMap<string, Node>[]): Node | undefined {
  for (const table of visible) {
    const found = table.get(key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function shareIn(graph: Graph, around: readonly ReadonlyMap<string, Node>[], numbers: ValueNumbers): number {
  const own = new Map<string, Node>();
  const visible = [own, ...around];
  let changes = 0;
  for (const node of graph.nodes()) {
    for (const [, body] of node.subgraphs()) changes += shareIn(body, visible, numbers);
    const key = nodeKey(node, numbers);
    if (key === undefined) continue;
    const earlier = lookUp(key, visible);
    if (earlier === undefined) own.set(key, node);
    else if (redirect(node, earlier)) changes++;
  }
  return changes;
}

/** Computes once what is computed twice from the same inputs, in a graph and the graphs around it. */
export const shareSubexpressions: Pass<null> = {
  name: "share-subexpressions",
  summary: "computes once what is computed several times from the same inputs",
  stage: "simplify",
  preserves: "bits",
  defaults: null,
  run: (model) => {
    const numbers = new ValueNumbers();
    let changes = shareIn(model.graph, [], numbers);
    for (const fn of model.functions.values()) changes += shareIn(fn.body, [], numbers);
    return { changes };
  },
};
