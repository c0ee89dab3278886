import type { Node, Value } from "../../../src/ir/index.ts";
import { stringAttr } from "../../../src/ir/index.ts";
import type { IntegerOp } from "./integer-graph.ts";
import type { MatchContext } from "./match-context.ts";
import { plain } from "./match-float.ts";
import { bothOrders, isClose, scalarOf, soleProducer } from "./pattern.ts";

/** x Φ(x): the operator, ONNX Runtime's, or ½ x (1 + erf(x / √2)) with its products in any order. */
export function matchGelu(last: Node, context: MatchContext): IntegerOp | undefined {
  const found = operator(last) ?? product(last);
  if (found === undefined) return undefined;
  const [x, y] = [context.tensor(found.x, undefined), context.tensor(last.output, undefined)];
  if (x === undefined || y === undefined) return undefined;
  return { kind: "float-unary", name: last.name, nodes: found.nodes, x, y, fn: { ...plain, activation: "gelu" } };
}

interface Found {
  readonly x: Value;
  readonly nodes: readonly Node[];
}

function operator(node: Node): Found | undefined {
  const [x] = node.inputs;
  if (node.opType !== "Gelu" || x === undefined || x.isConstant) return undefined;
  if (node.domain === "" && stringAttr(node, "approximate", "none") !== "none") return undefined;
  return node.domain === "" || node.domain === "com.microsoft" ? { x, nodes: [node] } : undefined;
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
      const sum = onePlusErf(factor);
      const x = factors.find((other) => other !== factor && other !== half);
      if (half === undefined || sum === undefined || x === undefined || sum.x !== x) continue;
      return { x, nodes: [...sum.nodes, inner, last] };
    }
  }
  return undefined;
}

function onePlusErf(value: Value | undefined): Found | undefined {
  const sum = soleProducer(value, "Add");
  if (sum === undefined) return undefined;
  for (const [left, one] of bothOrders(sum)) {
    const erf = soleProducer(left, "Erf");
    if (erf === undefined || scalarOf(one) !== 1) continue;
    const scaled = soleProducer(erf.input(0), "Div", "Mul");
    if (scaled === undefined) continue;
    const division = scaled.opType === "Div";
    for (const [x, factor] of division ? [scaled.inputs] : bothOrders(scaled))
      if (x !== undefined && isClose(scalarOf(factor), division ? Math.SQRT2 : Math.SQRT1_2))
        return { x, nodes: [scaled, erf, sum] };
  }
  return undefined;
}
