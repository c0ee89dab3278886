import type { ReferenceOp } from "../types.ts";
import { controlOps } from "./control/index.ts";
import { experimentalOps } from "./experimental/index.ts";
import { imageOps } from "./image/index.ts";
import { linearOps } from "./linear/index.ts";
import { logicOps } from "./logic/index.ts";
import { lossOps } from "./loss/index.ts";
import { mathOps } from "./math/index.ts";
import { mlOps } from "./ml/index.ts";
import { nnOps } from "./nn/index.ts";
import { quantOps } from "./quant/index.ts";
import { randomOps } from "./random/index.ts";
import { reduceOps } from "./reduce/index.ts";
import { sequenceOps } from "./sequence/index.ts";
import { signalOps } from "./signal/index.ts";
import { tensorOps } from "./tensor/index.ts";

const operators: ReadonlyMap<string, ReferenceOp> = new Map(
  [
    ...[mathOps, logicOps, reduceOps, linearOps, quantOps, randomOps, lossOps],
    ...[nnOps, tensorOps, sequenceOps, controlOps, imageOps, signalOps, mlOps, experimentalOps],
  ]
    .flat()
    .map((op) => [`${op.domain}::${op.name}`, op]),
);

/** The implementation of an operator, whatever its version; undefined when the interpreter has none. */
export function referenceOp(domain: string, name: string): ReferenceOp | undefined {
  return operators.get(`${domain}::${name}`);
}
