import type { Node, Value } from "../../../src/ir/index.ts";
import { intAttr } from "../../../src/ir/index.ts";
import type { Merge, Surroundings } from "./fuse-float.ts";
import type { ArgmaxOp, IntegerOp } from "./integer-graph.ts";
import type { MatchContext } from "./match-context.ts";
import { argmaxOrder, preferredOrder } from "./physical.ts";
import { isFloat32 } from "./quantized-values.ts";

const extremes: Readonly<Record<string, ArgmaxOp["mode"]>> = { ArgMax: "max", ArgMin: "min" };

/** The op of an ArgMax or ArgMin of float32 along the axis that is last in memory, undefined for anything else. */
export function matchArgmax(node: Node, context: MatchContext): IntegerOp | undefined {
  const mode = node.domain === "" ? extremes[node.opType] : undefined;
  const input = node.input(0);
  if (mode === undefined || input === undefined || input.isConstant || !isFloat32(input)) return undefined;
  const x = context.tensor(input, undefined);
  if (x === undefined) return undefined;
  const rank = x.shape.length;
  const given = intAttr(node, "axis", 0);
  const axis = given < 0 ? given + rank : given;
  const reason =
    intAttr(node, "select_last_index", 0) !== 0
      ? "the last of equals is wanted"
      : argmaxOrder(rank, axis) === undefined
        ? "places along an axis that is not last in memory"
        : undefined;
  if (reason !== undefined) {
    context.refuse(node, reason);
    return undefined;
  }
  const cast = narrowing(node.output);
  const y = context.tensor((cast ?? node).output, undefined, cast === undefined ? "s64" : "s32");
  if (y === undefined) return undefined;
  const nodes = cast === undefined ? [node] : [node, cast];
  return { kind: "argmax", name: node.name, nodes, mode, x, y, axis, resize: undefined };
}

/** The Cast to int32 that alone reads a value. */
function narrowing({ uses }: Value): Node | undefined {
  const [use, ...others] = uses;
  if (use?.kind !== "node" || others.length > 0) return undefined;
  const { domain, opType, output } = use.node;
  const isNarrow = output.type?.kind === "tensor" && output.type.dtype === "int32";
  return domain === "" && opType === "Cast" && isNarrow ? use.node : undefined;
}

/** A linear float32 resize that nothing else reads is part of the search for the greatest channel. */
export function resizeBefore(op: ArgmaxOp, around: Surroundings): Merge | undefined {
  const before = around.producer(op.x);
  if (before?.kind !== "resize" || before.mode !== "linear" || before.x.quantization !== undefined) return undefined;
  if (op.resize !== undefined || !around.hasOneReader(op.x) || op.axis !== preferredOrder(4).at(-1)) return undefined;
  const { coordinates, scale, x, y } = before;
  const nodes = [...before.nodes, ...op.nodes];
  return { gone: before, merged: { ...op, nodes, x, resize: { coordinates, scale, shape: y.shape } } };
}
