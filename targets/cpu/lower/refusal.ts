import type { IntegerOp } from "./integer-graph.ts";

/** An op that no kernel computes on tensors placed like these: its region is found again without it. */
export class LoweringRefusal extends Error {
  readonly op: IntegerOp;
  constructor(op: IntegerOp, reason: string) {
    super(reason);
    this.op = op;
  }
}
