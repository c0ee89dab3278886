import type { Placement } from "./buffers.ts";
import { stridesOf } from "./buffers.ts";
import type { AttentionOp, ChannelsOf, NormalizationOp } from "./integer-graph.ts";
import type { LoweredStep } from "./step.ts";
import { at, named, parameters } from "./step.ts";

/** The step of an attention; inputs are q, k, v and the mask where there is one. */
export function attentionStep(op: AttentionOp, inputs: readonly Placement[], y: Placement): LoweredStep {
  const [q, k, v, mask] = inputs as readonly [Placement, Placement, Placement, Placement | undefined];
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...{ op: "attention-f32", rows: 1, columns: y.extent.columns, channels: y.extent.channels },
      ...{ keys: k.extent.columns, heads: op.heads, mask: mask !== undefined },
      q: stridesOf(q.buffer),
      k: stridesOf(k.buffer),
      v: stridesOf(v.buffer),
      y: stridesOf(y.buffer),
      out: op.y.quantization === undefined ? "f32" : "u8",
    },
    operands: {
      q: at(from(q, op.q)),
      k: at(from(k, op.k)),
      v: at(from(v, op.v)),
      y: at(y),
      ...(mask === undefined ? {} : { mask: at(mask) }),
    },
    parameters: parameters({ scale: op.scale, ...named("y", op.y.quantization) }),
    constants: {},
  };
}

function from(place: Placement, { first }: ChannelsOf): Placement {
  return { ...place, channel: place.channel + first };
}

/** The step of a LayerNormalization. */
export function normalizationStep(
  op: NormalizationOp,
  x: Placement,
  residual: Placement | undefined,
  y: Placement,
): LoweredStep {
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...{ op: "normalization-f32", ...y.extent, beta: op.beta !== undefined },
      x: stridesOf(x.buffer),
      ...(residual === undefined ? {} : { residual: stridesOf(residual.buffer) }),
      y: stridesOf(y.buffer),
    },
    operands: { x: at(x), y: at(y), ...(residual === undefined ? {} : { residual: at(residual) }) },
    parameters: parameters({ epsilon: op.epsilon }),
    constants: { gamma: op.gamma, ...(op.beta === undefined ? {} : { beta: op.beta }) },
  };
}
