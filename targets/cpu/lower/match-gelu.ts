import type { Node, Value } from "../../../src/ir/index.ts";
import { stringAttr } from "../../../src/ir/index.ts";
import type { IntegerOp } from "./integer-graph.ts";
import type { MatchContext } from "./match-context.ts";
import { plain } from "./match-float.ts";
import { bothOrders, isClose, scalarOf, soleProducer } from "./pattern.ts";

/**
 * x Φ(x): the operator, ONNX Runtime's, or ½ x (1 + erf(x / √2)) with its products in any order; or its approximation
 * with tanh(√(2/π) (x + 0.044715 x³)) instead of the error function.
 */
export function matchGelu(last: Node, context: MatchContext): IntegerOp | undefined {
  const found = operator(last) ?? product(last);
  if (found === undefined) return undefined;
  const [x, y] = [context.tensor(found.x, undefined), context.tensor(last.output, undefined)];
  if (x === undefined || y === undefined) return undefined;
  return {
    kind: "float-unary",
    name: last.name,
    nodes: found.nodes,
    x,
    y,
    fn: { ...plain, activation: found.activation },
  };
}

interface Found {
  readonly activation: "gelu" | "gelu-tanh";
  readonly x: Value;
  readonly nodes: readonly Node[];
}

function operator(node: Node): Found | undefined {
  const [x] = node.inputs;
  if (x === undefined || x.isConstant || node.inputs.length > 1) return undefined;
  const contrib = node.domain === "com.microsoft";
  if (contrib && node.opType === "FastGelu") return { activation: "gelu-tanh", x, nodes: [node] };
  if (node.opType !== "Gelu" || (node.domain !== "" && !contrib)) return undefined;
  const tanh = stringAttr(node, "approximate", "none") === "tanh";
  return { activation: tanh ? "gelu-tanh" : "gelu", x, nodes: [node] };
}

/** The three factors of two products, one in the other. */
function product(last: Node): Found | undefined {
  if (last.domain !== "" || last.opType !== "Mul") return undefined;
  for (const [nested, outer] of bothOrders(last)) {
    const inner = soleProducer(nested, "Mul");
    if (inner === undefined) continue;
    const factors = [outer, inner.inputs[0], inner.inputs[1]];
    const half = factors.find((factor) => isClose(scalarOf(factor), 0.5));
    for (const factor of factors) {
      const sum = onePlus(factor);
      const x = factors.find((other) => other !== factor && other !== half);
      if (half === undefined || sum === undefined || x === undefined || sum.x !== x) continue;
      return { ...sum, nodes: [...sum.nodes, inner, last] };
    }
  }
  return undefined;
}

/** 1 + erf(x / √2) or 1 + tanh(…). */
function onePlus(value: Value | undefined): Found | undefined {
  const sum = soleProducer(value, "Add");
  if (sum === undefined) return undefined;
  for (const [left, one] of bothOrders(sum)) {
    const odd = soleProducer(left, "Erf", "Tanh");
    if (odd === undefined || scalarOf(one) !== 1) continue;
    const argument = odd.opType === "Erf" ? overRootTwo(odd.input(0)) : cubic(odd.input(0));
    if (argument === undefined) continue;
    const activation = odd.opType === "Erf" ? "gelu" : "gelu-tanh";
    return { activation, x: argument.x, nodes: [...argument.nodes, odd, sum] };
  }
  return undefined;
}

type Argument = Pick<Found, "x" | "nodes">;

function overRootTwo(value: Value | undefined): Argument | undefined {
  const scaled = soleProducer(value, "Div", "Mul");
  if (scaled === undefined) return undefined;
  const division = scaled.opType === "Div";
  for (const [x, factor] of division ? [scaled.inputs] : bothOrders(scaled))
    if (x !== undefined && isClose(scalarOf(factor), division ? Math.SQRT2 : Math.SQRT1_2))
      return { x, nodes: [scaled] };
  return undefined;
}

/** √(2/π) (x + 0.044715 x³) */
function cubic(value: Value | undefined): Argument | undefined {
  const scaled = soleProducer(value, "Mul");
  for (const [inner, factor] of scaled === undefined ? [] : bothOrders(scaled)) {
    const sum = soleProducer(inner, "Add");
    if (scaled === undefined || sum === undefined || !isClose(scalarOf(factor), Math.sqrt(2 / Math.PI))) continue;
    for (const [x, term] of bothOrders(sum)) {
      const weighted = soleProducer(term, "Mul");
      for (const [power, weight] of weighted === undefined ? [] : bothOrders(weighted)) {
        const cube = cubed(power);
        if (weighted === undefined || cube === undefined || x === undefined || cube.x !== x) continue;
        if (isClose(scalarOf(weight), 0.044715)) return { x, nodes: [...cube.nodes, weighted, sum, scaled] };
      }
    }
  }
  return undefined;
}

/** x³ by Pow, or by products. */
function cubed(value: Value | undefined): Argument | undefined {
  const node = soleProducer(value, "Pow", "Mul");
  if (node === undefined) return undefined;
  if (node.opType === "Pow") {
    const [x, exponent] = node.inputs;
    return x !== undefined && scalarOf(exponent) === 3 ? { x, nodes: [node] } : undefined;
  }
  for (const [x, other] of bothOrders(node)) {
    const square = soleProducer(other, "Mul");
    if (x !== undefined && square?.input(0) === x && square.input(1) === x) return { x, nodes: [square, node] };
  }
  return undefined;
}
