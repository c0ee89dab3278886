import type { Dim, Shape, ValueType } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import { intAttr, tensorType } from "../../ir/index.ts";
import { joinTypes } from "../type-algebra.ts";
import { axisOf, dtypeAttr, dtypeOf, numbersIn, reject, shapeOf, types } from "./rules.ts";

function sequenceOf(element: ValueType | undefined): ValueType | undefined {
  return element === undefined ? undefined : { kind: "sequence", element };
}

/** The element type of a sequence input; undefined when unknown. */
function elementOf(context: InferContext, index: number): ValueType | undefined {
  const type = context.inputs[index];
  if (type === undefined || type.kind === "opaque") return undefined;
  return type.kind === "sequence" ? type.element : reject(context, `input ${index} is a ${type.kind}, not a sequence`);
}

/** SequenceConstruct: the element type is what the inputs have in common. */
function inferConstruct(context: InferContext): InferResult {
  const [first, ...rest] = context.inputs;
  return types(sequenceOf(rest.reduce((common, type) => joinTypes(common, type), first)));
}

function inferEmpty(context: InferContext): InferResult {
  return types(sequenceOf(tensorType(dtypeAttr(context, "dtype") ?? "float32")));
}

function inferInsert(context: InferContext): InferResult {
  return types(sequenceOf(joinTypes(elementOf(context, 0), context.inputs[1]) ?? elementOf(context, 0)));
}

function inferErase(context: InferContext): InferResult {
  return types(sequenceOf(elementOf(context, 0)));
}

function inferAt(context: InferContext): InferResult {
  return types(elementOf(context, 0));
}

function inferLength(): InferResult {
  return types(tensorType("int64", []));
}

/** SplitToSequence: parts along the axis; without `split` parts of size 1, whose axis goes unless keepdims. */
function inferSplit(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const dtype = dtypeOf(context, 0);
  if (dtype === undefined) return types(undefined);
  if (shape === undefined) return types(sequenceOf(tensorType(dtype)));
  const axis = axisOf(context, intAttr(context, "axis", 0), shape.length);
  const isDropped = !context.has(1) && intAttr(context, "keepdims", 1) === 0;
  const size = context.has(1) ? partSize(context, shape[axis]) : 1;
  const element = isDropped ? shape.filter((_, i) => i !== axis) : shape.map((dim, i) => (i === axis ? size : dim));
  return types(sequenceOf(tensorType(dtype, element)));
}

/** The size that all parts share; undefined when they differ. A scalar splits into parts of that size, the last smaller. */
function partSize(context: InferContext, dim: Dim): Dim {
  const sizes = numbersIn(context.shapeValue(1));
  const [size] = sizes ?? [];
  if (sizes === undefined || size === undefined) return undefined;
  if (shapeOf(context, 1)?.length !== 0) return sizes.every((other) => other === size) ? size : undefined;
  return typeof dim === "number" && dim % size === 0 ? size : undefined;
}

/** ConcatFromSequence: the axis, existing or new, is as long as the sequence asks for. */
function inferConcat(context: InferContext): InferResult {
  const element = elementOf(context, 0);
  if (element?.kind !== "tensor") return types(undefined);
  const { shape, dtype } = element;
  if (shape === undefined) return types(tensorType(dtype));
  const isNew = intAttr(context, "new_axis", 0) === 1;
  const axis = axisOf(context, intAttr(context, "axis", 0), shape.length + (isNew ? 1 : 0));
  const out: Shape = isNew
    ? [...shape.slice(0, axis), undefined, ...shape.slice(axis)]
    : shape.map((dim, i) => (i === axis ? undefined : dim));
  return types(tensorType(dtype, out));
}

/** Optional: of the input's type, or of the attribute's when there is no input. */
function inferOptional(context: InferContext): InferResult {
  const attribute = context.attributes.get("type");
  const element = context.inputs[0] ?? (attribute?.kind === "type" ? attribute.value : undefined);
  return types(element === undefined ? undefined : { kind: "optional", element });
}

/** OptionalGetElement: what the optional holds; from opset 18 other types pass as they are. */
function inferGetElement(context: InferContext): InferResult {
  const [type] = context.inputs;
  return types(type?.kind === "optional" ? type.element : type);
}

function inferHasElement(): InferResult {
  return types(tensorType("bool", []));
}

/** SequenceMap: the body maps an element of input 0 (and of further sequences, or whole tensors) to elements. */
function inferMap(context: InferContext): InferResult {
  const body = context.attributes.get("body");
  if (body?.kind !== "graph") return types();
  const elements = context.inputs.map((type) => (type?.kind === "sequence" ? type.element : type));
  return { types: context.inferGraph(body.value, elements).map(sequenceOf) };
}

/** Sequences and optionals. */
export const sequenceInference: readonly OpInference[] = [
  { names: ["SequenceConstruct"], infer: inferConstruct },
  { names: ["SequenceEmpty"], infer: inferEmpty },
  { names: ["SequenceInsert"], infer: inferInsert },
  { names: ["SequenceErase"], infer: inferErase },
  { names: ["SequenceAt"], infer: inferAt },
  { names: ["SequenceLength"], infer: inferLength },
  { names: ["SplitToSequence"], infer: inferSplit },
  { names: ["ConcatFromSequence"], infer: inferConcat },
  { names: ["SequenceMap"], infer: inferMap },
  { names: ["Optional"], infer: inferOptional },
  { names: ["OptionalGetElement"], infer: inferGetElement },
  { names: ["OptionalHasElement"], infer: inferHasElement },
];
