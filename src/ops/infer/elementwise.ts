import type { Dim, DType, Shape } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import { intAttr, isStatic } from "../../ir/index.ts";
import { binaryArithmetic, representable, unaryArithmetic } from "./arithmetic.ts";
import { broadcastElement, gatherContent } from "./elements.ts";
import { broadcast, broadcastDim, dtypeOf, reject, shapeOf, tensorOf, typed, types, withContent } from "./rules.ts";

/** y = f(x), element by element: the output has the input's type. */
function inferUnary(context: InferContext): InferResult {
  const type = tensorOf(context, 0);
  const apply = unaryArithmetic.get(context.node.opType);
  const content = apply === undefined || type === undefined ? undefined : context.shapeValue(0);
  if (content === undefined || apply === undefined || type === undefined) return types(type);
  return withContent(
    type,
    content.map((dim) => (dim === undefined ? undefined : representable(apply(dim), type.dtype))),
  );
}

/** Elementwise tests of one input: bool of the input's shape. */
function inferUnaryTest(context: InferContext): InferResult {
  return types(typed("bool", shapeOf(context, 0)));
}

/** The content of an elementwise operator over broadcast inputs. */
function broadcastContent(
  context: InferContext,
  outShape: Shape | undefined,
  combine: (elements: readonly Dim[]) => Dim,
): readonly Dim[] | undefined {
  const contents: (readonly Dim[])[] = [];
  for (let index = 0; index < context.inputs.length; index++) {
    const content = context.shapeValue(index);
    if (content === undefined) return undefined;
    contents.push(content);
  }
  const shapes = context.inputs.map((_, index) => shapeOf(context, index));
  if (!shapes.every(isStatic)) return undefined;
  return gatherContent(outShape, (at) =>
    combine(contents.map((content, i) => broadcastElement(content, shapes[i] ?? [], at))),
  );
}

/** Forms before opset 7 do not broadcast, or broadcast input 1 to input 0 by the attributes `broadcast` and `axis`. */
function outputShape(context: InferContext): Shape | undefined {
  if (context.opset < 7 && context.inputs.length <= 2) return shapeOf(context, 0);
  return broadcast(
    context,
    context.inputs.map((_, index) => shapeOf(context, index)),
  );
}

function inferBroadcast(context: InferContext, dtype: DType | undefined): InferResult {
  const shape = outputShape(context);
  const apply = binaryArithmetic.get(context.node.opType);
  const operand = dtypeOf(context, 0);
  const type = typed(dtype, shape);
  if (apply === undefined || dtype === undefined || operand === undefined) return types(type);
  const content = broadcastContent(context, shape, (elements) => {
    let result: Dim = elements[0];
    for (const element of elements.slice(1)) {
      if (result === undefined || element === undefined) return undefined;
      result = representable(apply(result, element, operand), dtype);
    }
    return result;
  });
  return withContent(type, content);
}

/** Arithmetic over broadcast inputs of one element type. */
function inferArithmetic(context: InferContext): InferResult {
  let dtype: DType | undefined;
  for (let i = 0; i < context.inputs.length; i++) {
    const other = dtypeOf(context, i);
    if (dtype !== undefined && other !== undefined && dtype !== other)
      reject(context, `inputs have different element types: ${dtype} and ${other}`);
    dtype ??= other;
  }
  return inferBroadcast(context, dtype);
}

/** Mod: content is followed for the sign of the divisor only; fmod takes that of the dividend. */
function inferMod(context: InferContext): InferResult {
  const result = inferArithmetic(context);
  return intAttr(context, "fmod", 0) === 0 ? result : { types: result.types };
}

/** Power and shifts: the exponent may have a type of its own; the result has that of input 0. */
function inferByFirst(context: InferContext): InferResult {
  return inferBroadcast(context, dtypeOf(context, 0));
}

/** Comparisons over broadcast inputs: bool. */
function inferComparison(context: InferContext): InferResult {
  return inferBroadcast(context, "bool");
}

/** PRelu: the slope broadcasts to X, never the other way round. Before opset 7 a slope of [C] goes with axis 1. */
function inferPRelu(context: InferContext): InferResult {
  const type = tensorOf(context, 0);
  const slope = shapeOf(context, 1);
  const shape = type?.shape;
  if (context.opset >= 7 && shape !== undefined && slope !== undefined) {
    if (slope.length > shape.length)
      reject(context, `slope has rank ${slope.length}, more than the input's ${shape.length}`);
    slope.forEach((dim, i) => broadcastDim(context, shape[shape.length - slope.length + i], dim));
  }
  return types(type);
}

/** Where(condition, x, y) over broadcast inputs. */
function inferWhere(context: InferContext): InferResult {
  const shape = outputShape(context);
  const dtype = dtypeOf(context, 1) ?? dtypeOf(context, 2);
  const content = broadcastContent(context, shape, ([condition, x, y]) =>
    condition === undefined ? undefined : condition === 0 ? y : condition === 1 ? x : undefined,
  );
  return withContent(typed(dtype, shape), content);
}

/** Elementwise operators, of one input and over broadcast inputs. */
export const elementwiseInference: readonly OpInference[] = [
  {
    names: [
      ...["Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitwiseNot", "Ceil", "Celu", "Cos", "Cosh", "Elu"],
      ...["Erf", "Exp", "Floor", "Gelu", "HardSigmoid", "HardSwish", "LeakyRelu", "Log", "Mish", "Neg", "Not"],
      ...["Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Softplus", "Softsign"],
      ...["Sqrt", "Swish", "Tan", "Tanh", "ThresholdedRelu", "Clip"],
    ],
    infer: inferUnary,
  },
  { names: ["IsInf", "IsNaN", "RegexFullMatch"], infer: inferUnaryTest },
  {
    names: [
      ...["Add", "Sub", "Mul", "Div", "And", "Or", "Xor", "BitwiseAnd", "BitwiseOr", "BitwiseXor"],
      ...["Max", "Min", "Sum", "Mean", "StringConcat", "SwiGLU"],
    ],
    infer: inferArithmetic,
  },
  { names: ["Mod"], infer: inferMod },
  { names: ["Pow", "BitShift"], infer: inferByFirst },
  { names: ["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"], infer: inferComparison },
  { names: ["PRelu"], infer: inferPRelu },
  { names: ["Where"], infer: inferWhere },
];
