export type {
  AttributeSpec,
  FormalParameter,
  InferContext,
  InferFunction,
  InferResult,
  OpInference,
  OpSchema,
  OpTraits,
} from "./types.ts";
export { attributeDefault, parameterAt, schemaOf, schemasOf } from "./schema.ts";
export { traitsOf } from "./traits.ts";
export { canonicalDomain, effectiveOpset, opsetOf } from "./opset.ts";
export type { InferOptions, TypeReport } from "./infer-types.ts";
export { inferOutputTypes, inferTypes } from "./infer-types.ts";
export { bindShapes } from "./bind-shapes.ts";
export type { TypeConflict } from "./type-algebra.ts";
export { joinShapes, joinTypes, mergeTypes, sameType } from "./type-algebra.ts";
export { dtypeOfTypeName, typeNameOf } from "./type-names.ts";
export type { OpVerifierRule } from "./verify/index.ts";
export { opVerifierRules, verifyOperators } from "./verify/index.ts";
