import type { Node } from "../src/ir/index.ts";
import { attr, floatAttr, intAttr, numbersOf, sizeOf, tensorAttr } from "../src/ir/index.ts";
import type { Pass } from "../src/pipeline/pass.ts";
import { roundTo } from "./fuse/linear/weights.ts";
import { dtypeOf, integersOf, uniformOf } from "./support/facts.ts";
import type { LocalRule } from "./support/local-rules.ts";
import { runLocalRules } from "./support/local-rules.ts";
import { canReplace, removeDeadChain, replaceValue } from "./support/replace.ts";

/** epsilon of BatchNormalization where none is written (specification, opset 7 and later). */
const defaultEpsilon = 1e-5;

interface Affine {
  readonly scale: number;
  readonly shift: number;
}

/** What the node does to every channel alike; undefined when channels differ or parameters are computed. */
function uniformAffine(node: Node): Affine | undefined {
  if (intAttr(node, "training_mode", 0) !== 0) return undefined;
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((index) => uniformOf(node.input(index)));
  if (scale === undefined || bias === undefined || mean === undefined || variance === undefined) return undefined;
  const factor = scale / Math.sqrt(variance + floatAttr(node, "epsilon", defaultEpsilon));
  return { scale: factor, shift: bias - mean * factor };
}

/** A ConstantOfShape with a constant shape: a weight written as one number. */
interface Fill {
  readonly node: Node;
  readonly value: number;
  readonly shape: readonly number[];
}

function fillOf(node: Node | undefined): Fill | undefined {
  if (node?.opType !== "ConstantOfShape" || node.domain !== "") return undefined;
  const tensor = tensorAttr(node, "value");
  const value = tensor === undefined ? 0 : numbersOf(tensor)[0];
  const shape = integersOf(node.input(0));
  return value === undefined || shape === undefined ? undefined : { node, value, shape };
}

/**
 * BatchNormalization(Conv(x, ConstantOfShape w)) -> Conv(x, ConstantOfShape w * scale, shift), all channels being alike.
 * The weights stay one number in the file.
 */
const convFill: LocalRule = {
  name: "conv-fill",
  ops: ["BatchNormalization"],
  apply: (node) => {
    const conv = node.input(0)?.producer;
    const dtype = dtypeOf(node.outputs[0]);
    const source = conv?.input(0);
    if (conv?.opType !== "Conv" || conv.domain !== "" || conv.graph !== node.graph || source === undefined)
      return undefined;
    if (dtype === undefined || conv.output.soleUser !== node || node.outputs.length !== 1) return undefined;
    const affine = uniformAffine(node);
    const fill = fillOf(conv.input(1)?.producer);
    const bias = conv.input(2) === undefined ? 0 : uniformOf(conv.input(2));
    if (affine === undefined || fill === undefined || bias === undefined || sizeOf(fill.shape) === 0) return undefined;
    if (!canReplace(node.output, conv.output)) return undefined;
    const { graph } = node;
    const channels = fill.shape[0] ?? 0;
    const shift = new Array<number>(channels).fill(bias * affine.scale + affine.shift);
    const scaled = roundTo(dtype, [1], [fill.value * affine.scale]);
    const shifts = roundTo(dtype, [channels], shift);
    if (scaled === undefined || shifts === undefined) return undefined;
    const name = graph.names.fresh(`${fill.node.output.name}_scaled`);
    const weight = graph.insertBefore(conv, {
      opType: "ConstantOfShape",
      name,
      inputs: [fill.node.input(0)],
      outputs: [{ name, type: fill.node.output.type }],
      attributes: { value: attr.tensor(scaled) },
    });
    const constant = graph.addConstant(`${conv.output.name}_bias`, shifts);
    graph.setInputs(conv, [source, weight.output, constant]);
    replaceValue(node.output, conv.output);
    removeDeadChain(node);
    removeDeadChain(fill.node);
    return `scale ${affine.scale} and shift ${affine.shift} went into Conv "${conv.name}"`;
  },
};

/** Folds BatchNormalization into convolutions whose weights are written as one number. */
export const foldUniformBatchnorm: Pass<null> = {
  name: "fold-uniform-batchnorm",
  summary: "folds BatchNormalization into a Conv whose weights are a ConstantOfShape, which stays one",
  stage: "fuse",
  preserves: "tolerance",
  rules: [convFill.name],
  defaults: null,
  run: (model, context) => runLocalRules("fold-uniform-batchnorm", [convFill], model, context),
};
