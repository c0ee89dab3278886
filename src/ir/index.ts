export type { DType, DTypeFacts, DTypeKind } from "./dtype.ts";
export { byteLengthOf, dtypeFromCode, dtypes, integerLimits, isFloat, isInteger } from "./dtype.ts";
export type { Dim, Shape, StaticShape, SymbolicDim } from "./dim.ts";
export {
  addDims,
  ceilDivideDims,
  elementCount,
  evaluateDim,
  exactQuotient,
  extremeDim,
  floorDivideDims,
  isStatic,
  multiplyDims,
  printDim,
  sameDim,
  sameShape,
  substituteDim,
  subtractDims,
  symbol,
  symbolName,
} from "./dim.ts";
export {
  fromBFloat16Bits,
  fromFloat16Bits,
  roundHalfEven,
  shortestFloat32,
  toBFloat16Bits,
  toFloat16Bits,
} from "./float.ts";
export { packElements, unpackElements } from "./packed-elements.ts";
export type {
  MapType,
  OpaqueType,
  OptionalType,
  SequenceType,
  SparseTensorType,
  TensorType,
  ValueType,
} from "./type.ts";
export { printType, tensorType } from "./type.ts";
export type { ElementArray, Tensor } from "./tensor.ts";
export {
  bigintsOf,
  elementsOf,
  equalTensors,
  float32Scalar,
  int64Tensor,
  numbersOf,
  sizeOf,
  stridesOf,
  stringsOf,
  tensorFromBytes,
  tensorFromElements,
  tensorFromNumbers,
  tensorFromStrings,
} from "./tensor.ts";
export type { Attribute, SparseTensor } from "./attribute.ts";
export { attr } from "./attribute.ts";
export type { Use, Uses } from "./use-list.ts";
export type { Extra } from "./value.ts";
export { Value } from "./value.ts";
export type { NodeSpec } from "./node.ts";
export { Node, reads } from "./node.ts";
export { Graph } from "./graph.ts";
export type { RuntimeMap, RuntimeOptional, RuntimeSequence, RuntimeSparse, RuntimeValue } from "./runtime-value.ts";
export { isTensor } from "./runtime-value.ts";
export type { HashOptions, TensorNumbering } from "./hash.ts";
export { hashModel, hashTensor, tensorNumbering } from "./hash.ts";
export type { StructuralProblem, StructuralRule } from "./verify.ts";
export { structuralRules, verifyStructure } from "./verify.ts";
export { NameScope } from "./names.ts";
export { cloneGraph, cloneModel, cloneSubgraph, restoreModel } from "./clone.ts";
export type { NodeCopying, Splice } from "./splice.ts";
export { copyNode, splice } from "./splice.ts";
export { inlineCall } from "./inline-call.ts";
export type { Model, ModelFunction } from "./model.ts";
export { functionKey, modelAround } from "./model.ts";
export type { HasAttributes } from "./accessors.ts";
export {
  floatAttr,
  floatsAttr,
  graphAttr,
  intAttr,
  intsAttr,
  stringAttr,
  stringsAttr,
  tensorAttr,
} from "./accessors.ts";
export type { PrintOptions } from "./print.ts";
export { printGraph, printModel, printNode } from "./print.ts";
export type { ParseOptions } from "./parse.ts";
export { parseModel } from "./parse.ts";
export { parseDim } from "./parse-dim.ts";
export { filledTensor, randomTensor, uniformNumbers } from "./fill-tensor.ts";
