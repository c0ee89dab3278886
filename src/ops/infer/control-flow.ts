import type { Dim, Graph, Shape, ValueType } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import { graphAttr, intAttr, intsAttr, sameDim, tensorType } from "../../ir/index.ts";
import { joinTypes, sameType } from "../type-algebra.ts";
import { axisOf, numbersIn, reject, scalarOf, unify } from "./rules.ts";

type Types = readonly (ValueType | undefined)[];

function graphOf(context: InferContext, name: string): Graph {
  return graphAttr(context, name) ?? reject(context, `attribute "${name}" is absent`);
}

/** If: what both branches have in common; with a constant condition, what the branch taken gives. */
function inferIf(context: InferContext): InferResult {
  const [then, other] = [graphOf(context, "then_branch"), graphOf(context, "else_branch")];
  if (then.outputs.length !== other.outputs.length)
    reject(context, `the branches have ${then.outputs.length} and ${other.outputs.length} outputs`);
  const [condition] = numbersIn(context.shapeValue(0)) ?? [];
  if (condition !== undefined) return inferTaken(context, condition === 0 ? other : then);
  const [thenTypes, otherTypes] = [context.inferGraph(then, []), context.inferGraph(other, [])];
  return {
    types: thenTypes.map((type, i) => joinTypes(type, otherTypes[i])),
    shapeValues: then.outputs.map((_, i) => joinContents(context.graphValue(then, i), context.graphValue(other, i))),
  };
}

/** The branch that always runs. The other one is left alone: it may well be invalid for the shapes at hand. */
function inferTaken(context: InferContext, branch: Graph): InferResult {
  return {
    types: context.inferGraph(branch, []),
    shapeValues: branch.outputs.map((_, i) => context.graphValue(branch, i)),
  };
}

function joinContents(a: readonly Dim[] | undefined, b: readonly Dim[] | undefined): readonly Dim[] | undefined {
  if (a === undefined || b === undefined || a.length !== b.length) return undefined;
  const joined = a.map((dim, i) => (sameDim(dim, b[i]) ? dim : undefined));
  return joined.some((dim) => dim !== undefined) || joined.length === 0 ? joined : undefined;
}

/** Rounds after which types that still change from one iteration to the next lose their shapes. */
const maxRounds = 3;

/**
 * The types that state variables keep through all iterations: what the initial types and the body's results have in
 * common, found by trying the body out until nothing changes.
 */
function settle(initial: Types, iterate: (state: Types) => Types): Types {
  let state = initial;
  for (let round = 0; round < maxRounds; round++) {
    const next = iterate(state);
    const joined = state.map((type, i) => (type === undefined ? undefined : (joinTypes(type, next[i]) ?? bare(type))));
    if (joined.every((type, i) => sameType(type, state[i]))) return state;
    state = joined;
  }
  return state.map((type) => (type === undefined ? undefined : bare(type)));
}

/** A state may enter as an optional and leave as what it holds: the body's result then tells. */
function finalType(state: ValueType | undefined, result: ValueType | undefined): ValueType | undefined {
  return result !== undefined && state?.kind !== result.kind ? result : state;
}

/** The type without its shape. */
function bare(type: ValueType): ValueType {
  if (type.kind === "tensor" || type.kind === "sparse") return { ...type, shape: undefined };
  if (type.kind === "sequence" || type.kind === "optional") return { ...type, element: bare(type.element) };
  return type;
}

/** A type with one more axis: the iterations. */
function stacked(type: ValueType | undefined, axis: number, length: Dim): ValueType | undefined {
  if (type?.kind !== "tensor" || type.shape === undefined) return type;
  const at = axis < 0 ? axis + type.shape.length + 1 : axis;
  return tensorType(type.dtype, [...type.shape.slice(0, at), length, ...type.shape.slice(at)]);
}

/** A tensor type without one axis. */
function unstacked(context: InferContext, type: ValueType | undefined, axis: number): ValueType | undefined {
  if (type?.kind !== "tensor" || type.shape === undefined) return type;
  const at = axisOf(context, axis, type.shape.length);
  return tensorType(
    type.dtype,
    type.shape.filter((_, i) => i !== at),
  );
}

/** A scalar, unless the body declares the value's shape itself: [] and [1] are both in use. */
function scalarInput(body: Graph, index: number, dtype: "int64" | "bool"): ValueType | undefined {
  const declared = body.inputs[index]?.type;
  return declared?.kind === "tensor" && declared.shape !== undefined ? undefined : tensorType(dtype, []);
}

/** True when the body hands its condition on as it is, or makes it a constant true. */
function alwaysContinues(context: InferContext, body: Graph): boolean {
  const [result] = body.outputs;
  const passesOn =
    result === body.inputs[1] ||
    (result?.producer?.opType === "Identity" && result.producer.input(0) === body.inputs[1]);
  return passesOn || numbersIn(context.graphValue(body, 0))?.[0] === 1;
}

/** Loop(M, cond, states…): final states, then the scan outputs stacked over the iterations. */
function inferLoop(context: InferContext): InferResult {
  const body = graphOf(context, "body");
  const states = Math.max(0, context.inputs.length - 2);
  if (body.inputs.length !== states + 2)
    reject(context, `the body takes ${body.inputs.length} inputs, not ${states + 2}`);
  if (body.outputs.length < states + 1)
    reject(context, `the body gives ${body.outputs.length} outputs for ${states} states`);
  const iteration = [scalarInput(body, 0, "int64"), scalarInput(body, 1, "bool")];
  const state = settle(context.inputs.slice(2), (types) =>
    context.inferGraph(body, [...iteration, ...types], "trial").slice(1, states + 1),
  );
  const results = context.inferGraph(body, [...iteration, ...state]);
  const startsTrue = !context.has(1) || numbersIn(context.shapeValue(1))?.[0] === 1;
  const trips = context.has(0) && startsTrue && alwaysContinues(context, body) ? scalarOf(context, 0) : undefined;
  const length = typeof trips === "number" ? Math.max(0, trips) : trips;
  return {
    types: [
      ...state.map((type, i) => finalType(type, results[i + 1])),
      ...results.slice(states + 1).map((type) => stacked(type, 0, length)),
    ],
  };
}

/** Scan from opset 9: states first, then inputs cut along their scan axes; results stacked along theirs. */
function inferScan(context: InferContext): InferResult {
  const body = graphOf(context, "body");
  const scans = intAttr(context, "num_scan_inputs", 1);
  const states = context.inputs.length - scans;
  if (states < 0) reject(context, `${scans} scan inputs, but ${context.inputs.length} inputs`);
  const inputAxes = intsAttr(context, "scan_input_axes") ?? [];
  const outputAxes = intsAttr(context, "scan_output_axes") ?? [];
  let length: Dim;
  const slices = context.inputs.slice(states).map((type, i) => {
    const shape: Shape | undefined = type?.kind === "tensor" ? type.shape : undefined;
    const axis = inputAxes[i] ?? 0;
    if (shape !== undefined)
      length = unify(context, length, shape[axisOf(context, axis, shape.length)], "lengths of the scan inputs");
    return unstacked(context, type, axis);
  });
  return scanned(context, body, context.inputs.slice(0, states), slices, (type, i) =>
    stacked(type, outputAxes[i] ?? 0, length),
  );
}

function scanned(
  context: InferContext,
  body: Graph,
  initial: Types,
  slices: Types,
  stack: (type: ValueType | undefined, index: number) => ValueType | undefined,
): InferResult {
  const count = initial.length;
  if (body.inputs.length !== count + slices.length)
    reject(context, `the body takes ${body.inputs.length} inputs, not ${count + slices.length}`);
  const state = settle(initial, (types) => context.inferGraph(body, [...types, ...slices], "trial").slice(0, count));
  const results = context.inferGraph(body, [...state, ...slices]);
  return { types: [...state.map((type, i) => finalType(type, results[i])), ...results.slice(count).map(stack)] };
}

/** Scan of opset 8: an optional input of lengths first; every state and scan input has a batch axis in front. */
function inferBatchedScan(context: InferContext): InferResult {
  const body = graphOf(context, "body");
  const scans = intAttr(context, "num_scan_inputs", 1);
  const operands = context.inputs.slice(1);
  const states = operands.length - scans;
  const first = operands.find((type) => type?.kind === "tensor" && type.shape !== undefined);
  const batch = first?.kind === "tensor" ? first.shape?.[0] : undefined;
  const scan = operands[states];
  const length = scan?.kind === "tensor" ? scan.shape?.[1] : undefined;
  const whole = operands.map((type) => unstacked(context, type, 0));
  const slices = whole.slice(states).map((type) => unstacked(context, type, 0));
  const { types } = scanned(context, body, whole.slice(0, states), slices, (type) => stacked(type, 0, length));
  return { types: types.map((type) => stacked(type, 0, batch)) };
}

/** Control flow. */
export const controlFlowInference: readonly OpInference[] = [
  { names: ["If"], infer: inferIf },
  { names: ["Loop"], infer: inferLoop },
  {
    names: ["Scan"],
    infer: (context) => (context.opset < 9 ? inferBatchedScan(context) : inferScan(context)),
  },
];
