import type { DType, Node, StaticShape } from "../../../ir/index.ts";
import { dtypeFromCode, floatAttr, intAttr, intsAttr, isFloat, sizeOf } from "../../../ir/index.ts";
import { encodeReals } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";
import { normalSource, uniformSource } from "./generator.ts";

/** Makes the source of numbers of one distribution from a uniform source and the node's attributes. */
type Distribution = (uniform: () => number, node: Node) => () => number;

const normal: Distribution = (uniform, node) => {
  const [mean, scale] = [floatAttr(node, "mean", 0), floatAttr(node, "scale", 1)];
  const next = normalSource(uniform);
  return () => mean + scale * next();
};
const even: Distribution = (uniform, node) => {
  const [low, high] = [floatAttr(node, "low", 0), floatAttr(node, "high", 1)];
  return () => low + (high - low) * uniform();
};

/** RandomNormal: normal numbers of a given shape. */
export const randomNormal = shaped("RandomNormal", normal);
/** RandomUniform: uniform numbers of a given shape. */
export const randomUniform = shaped("RandomUniform", even);
/** RandomNormalLike: normal numbers in the shape of the input. */
export const randomNormalLike = alike("RandomNormalLike", normal);
/** RandomUniformLike: uniform numbers in the shape of the input. */
export const randomUniformLike = alike("RandomUniformLike", even);

function shaped(name: string, distribution: Distribution): ReferenceOp {
  return {
    domain: "",
    name,
    run: (call) => [filled(call, intsAttr(call.node, "shape", []), "float32", distribution)],
  };
}

function alike(name: string, distribution: Distribution): ReferenceOp {
  return {
    domain: "",
    name,
    run: (call) => {
      const { shape, dtype } = tensorInput(call, 0);
      return [filled(call, shape, isFloat(dtype) ? dtype : "float32", distribution)];
    },
  };
}

function filled(call: OpCall, shape: StaticShape, fallback: DType, distribution: Distribution) {
  const next = distribution(uniformSource(call), call.node);
  const dtype = dtypeFromCode(intAttr(call.node, "dtype", 0)) ?? fallback;
  return encodeReals(dtype, shape, Float64Array.from({ length: sizeOf(shape) }, next));
}
