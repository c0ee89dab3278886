import type { Graph, Node, Tensor, Value } from "../src/ir/index.ts";
import { dtypes, numbersOf, tensorAttr, tensorFromBytes } from "../src/ir/index.ts";
import { traitsOf } from "../src/ops/index.ts";
import type { Pass } from "../src/pipeline/pass.ts";
import { constantOf } from "./support/facts.ts";
import { canReplace, removeDeadChain, replaceValue } from "./support/replace.ts";
import { scopesOf } from "./support/scopes.ts";

/** Never below 0, whatever they read. */
const rectifying: ReadonlySet<string> = new Set([
  "Relu",
  "Abs",
  "Sigmoid",
  "Softmax",
  "Exp",
  "HardSigmoid",
  "ReduceL2",
]);
/** Sums and products: not below 0 when no input is. */
const positiveCombinations: ReadonlySet<string> = new Set([
  ...["Add", "Sum", "Mul", "Div", "Max", "Min", "Mean", "Concat"],
  ...["Conv", "Gemm", "MatMul", "AveragePool", "MaxPool", "GlobalAveragePool", "GlobalMaxPool"],
  ...["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "Sqrt", "Relu", "Ceil", "Floor", "Round"],
]);

/** Elements looked at first: in weights of mixed sign a negative one is among them, and the rest stays on disk. */
const blockElements = 4096;
/** Larger constants are not looked through: they may lie on disk and exceed memory. */
const largestBytes = 1 << 26;

function isNonNegativeTensor(tensor: Tensor): boolean {
  return Array.prototype.every.call(numbersOf(tensor), (element: number) => element >= 0);
}

/** No element of the constant is below 0. */
function isNonNegativeConstant(value: Value, known: Map<Value, boolean>): boolean {
  let answer = known.get(value);
  if (answer !== undefined) return answer;
  const tensor = constantOf(value);
  answer = false;
  if (
    tensor !== undefined &&
    tensor.byteLength <= largestBytes &&
    dtypes[tensor.dtype].kind === "float" &&
    dtypes[tensor.dtype].bits >= 16
  ) {
    const size = dtypes[tensor.dtype].bits / 8;
    const block = tensor.read(0, Math.min(tensor.byteLength, blockElements * size));
    const head = tensorFromBytes(tensor.dtype, [block.byteLength / size], block);
    answer = isNonNegativeTensor(head) && (head.byteLength === tensor.byteLength || isNonNegativeTensor(tensor));
  }
  known.set(value, answer);
  return answer;
}

function fillsNonNegative(node: Node): boolean {
  const tensor = tensorAttr(node, "value");
  return tensor === undefined || (numbersOf(tensor)[0] ?? -1) >= 0;
}

/** Attributes that turn signs around (alpha and beta of Gemm) or values that are no data (scales) rule a node out. */
function staysNonNegative(node: Node, isNonNegative: (value: Value) => boolean): boolean {
  if (node.domain !== "") return false;
  if (rectifying.has(node.opType)) return true;
  if (node.opType === "ConstantOfShape") return fillsNonNegative(node);
  if (traitsOf(node.domain, node.opType).movesData === true) {
    const input = node.input(0);
    return node.opType === "Concat"
      ? node.inputs.every((each) => each !== undefined && isNonNegative(each))
      : input !== undefined && isNonNegative(input);
  }
  if (!positiveCombinations.has(node.opType)) return false;
  for (const name of ["alpha", "beta"]) {
    const attribute = node.attributes.get(name);
    if (attribute !== undefined && !(attribute.kind === "float" && attribute.value >= 0)) return false;
  }
  const data = traitsOf(node.domain, node.opType).reduces === true ? node.inputs.slice(0, 1) : node.inputs;
  return data.every((input) => input === undefined || isNonNegative(input));
}

function sweep(graph: Graph, dropped: (node: Node, input: Value) => void): number {
  const values = new Set<Value>();
  const constants = new Map<Value, boolean>();
  const isNonNegative = (value: Value): boolean =>
    values.has(value) || (value.isConstant && isNonNegativeConstant(value, constants));
  let changes = 0;
  for (const node of graph.nodes()) {
    const [input, output] = [node.input(0), node.outputs[0]];
    const isRelu = node.opType === "Relu" && node.domain === "";
    if (isRelu && input !== undefined && output !== undefined && values.has(input) && canReplace(output, input)) {
      dropped(node, input);
      replaceValue(output, input);
      removeDeadChain(node);
      changes++;
    } else if (staysNonNegative(node, isNonNegative))
      for (const each of node.outputs) if (each !== undefined) values.add(each);
  }
  return changes;
}

/**
 * Drops Relu of values that cannot be negative: sums and products, with weights that are not negative, of values that are
 * not. Within tolerance only, because a runtime may sum in an order that leaves a rounding error below 0.
 */
export const eliminateRectifiers: Pass<null> = {
  name: "eliminate-rectifiers",
  summary: "drops Relu of values that cannot be negative",
  stage: "fuse",
  preserves: "tolerance",
  defaults: null,
  run: (model, context) => {
    let changes = 0;
    for (const { graph } of scopesOf(model))
      changes += sweep(graph, (node, input) => {
        const reason = `"${input.name}" is never below 0`;
        context.report({ kind: "change", rule: "eliminate-rectifiers", node: node.name, reason });
      });
    return { changes };
  },
};
