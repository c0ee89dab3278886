import { sameShape, sizeOf } from "../../../src/ir/index.ts";
import { isBounded, isPlain } from "./float-function.ts";
import type {
  ConvOp,
  FloatBinaryOp,
  FloatConvOp,
  FloatFunction,
  FloatUnaryOp,
  IntegerOp,
  IntegerTensor,
} from "./integer-graph.ts";

/** What fusing rules may ask about the ops around one. */
export interface Surroundings {
  producer(tensor: IntegerTensor): IntegerOp | undefined;
  /** True when exactly one op reads the tensor. */
  hasOneReader(tensor: IntegerTensor): boolean;
  /** Position in the order of ops; -1 for tensors from outside. */
  position(tensor: IntegerTensor): number;
}

/** Two ops as one: `gone` is replaced by what `merged` does at the place of the later. */
export interface Merge {
  readonly merged: IntegerOp;
  readonly gone: IntegerOp;
}

/** A float function behind a float op: one epilogue. */
export function fuseUnary(op: FloatUnaryOp, around: Surroundings): Merge | undefined {
  const before = around.producer(op.x);
  if (before === undefined || !around.hasOneReader(op.x)) return undefined;
  if (before.kind !== "float-conv" && before.kind !== "float-binary" && before.kind !== "float-unary") return undefined;
  if (before.kind === "float-conv" && before.residual?.after === true && op.fn.activation !== "none") return undefined;
  const fn = chain(before.fn, op.fn);
  return fn === undefined
    ? undefined
    : { gone: before, merged: { ...before, nodes: [...before.nodes, ...op.nodes], y: op.y, fn } };
}

/** One function after the other as one, where the second only bounds, or the first does nothing. */
function chain(first: FloatFunction, second: FloatFunction): FloatFunction | undefined {
  if (isPlain(first)) return second;
  if (second.activation !== "none") return undefined;
  const clamp = (value: number): number => Math.min(Math.max(value, second.bounds[0]), second.bounds[1]);
  return { ...first, bounds: [clamp(first.bounds[0]), clamp(first.bounds[1])] };
}

/** x · sigmoid(x) as SiLU, a constant vector as bias, an addition as the residual of a convolution. */
export function fuseBinary(op: FloatBinaryOp, around: Surroundings): Merge | undefined {
  return silu(op, around) ?? biasBehind(op, around) ?? residual(op, around);
}

function silu(op: FloatBinaryOp, around: Surroundings): Merge | undefined {
  if (op.mode !== "mul" || "constant" in op.b) return undefined;
  for (const [x, gate] of [
    [op.a, op.b],
    [op.b, op.a],
  ] as const) {
    const inner = around.producer(gate);
    if (inner?.kind !== "float-unary" || inner.x !== x || inner.fn.activation !== "sigmoid") continue;
    if (!around.hasOneReader(gate) || isBounded(inner.fn) || !isPlain(op.fn)) continue;
    const fn: FloatFunction = { ...inner.fn, activation: "silu" };
    return {
      gone: inner,
      merged: { kind: "float-unary", name: op.name, nodes: [...inner.nodes, ...op.nodes], x, y: op.y, fn },
    };
  }
  return undefined;
}

function biasBehind(op: FloatBinaryOp, around: Surroundings): Merge | undefined {
  if (op.mode !== "add" || !("constant" in op.b)) return undefined;
  const before = around.producer(op.a);
  if (before?.kind !== "float-conv" || before.bias !== undefined || before.residual !== undefined) return undefined;
  if (!isPlain(before.fn) || !around.hasOneReader(op.a)) return undefined;
  const { constant } = op.b.constant;
  const isVector = constant?.shape.length === 1 && isLastInMemory(before);
  if (!isVector || sizeOf(constant.shape) !== before.outputs) return undefined;
  const nodes = [...before.nodes, ...op.nodes];
  return { gone: before, merged: { ...before, nodes, y: op.y, bias: op.b.constant, fn: op.fn } };
}

function residual(op: FloatBinaryOp, around: Surroundings): Merge | undefined {
  if (op.mode !== "add" || "constant" in op.b || op.a === op.b || !isPlain(op.fn)) return undefined;
  const branches = [
    { own: op.a, tensor: op.b },
    { own: op.b, tensor: op.a },
  ]
    .map(({ own, tensor }) => ({ own, tensor, branch: around.producer(own) }))
    .filter(
      (side): side is typeof side & { readonly branch: FloatConvOp } =>
        side.branch?.kind === "float-conv" &&
        side.branch.residual === undefined &&
        !isBounded(side.branch.fn) &&
        around.hasOneReader(side.own) &&
        sameShape(side.own.shape, side.tensor.shape),
    )
    .sort((a, b) => around.position(b.own) - around.position(a.own));
  const [found] = branches;
  if (found === undefined) return undefined;
  const { branch, tensor } = found;
  const after = branch.fn.activation !== "none";
  return {
    gone: branch,
    merged: { ...branch, nodes: [...branch.nodes, ...op.nodes], y: op.y, residual: { tensor, after } },
  };
}

/** Whether the last dimension of a sum's result is that of its channels. */
export function isLastInMemory({ layout, y }: Pick<FloatConvOp | ConvOp, "layout" | "y">): boolean {
  return layout === "io" || y.shape.length !== 4;
}
