import type { Phases, Strides, Window } from "../workload.ts";
import type { Placement } from "./buffers.ts";
import { stridesOf } from "./buffers.ts";
import type { ConvOp, FloatConvOp } from "./integer-graph.ts";
import type { AxisPhase } from "./phases.ts";
import { mergePhases, phasesOf } from "./phases.ts";
import { transpositionOf } from "./place.ts";
import type { Operand } from "./step.ts";
import { at } from "./step.ts";

/** What a step that computes phases of a transposed convolution differs in from the whole. */
export interface PhaseCall {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly outputs: number;
  readonly window: Window;
  readonly phases: Phases;
  readonly groups?: number;
  readonly y: Strides;
  readonly residual: Strides | undefined;
  readonly operands: Readonly<Record<string, Operand>>;
}

/**
 * The calls that together compute a transposed convolution: one a phase, or one for neighbouring phases of a row whose
 * pixels follow one another in memory.
 */
export function phaseCalls(
  op: ConvOp | FloatConvOp,
  x: Placement,
  residual: Placement | undefined,
  y: Placement,
): readonly PhaseCall[] {
  const transposition = transpositionOf(op);
  const { window } = op;
  const gapless =
    op.groups === 1 &&
    [y, residual].every((place) => place === undefined || stridesOf(place.buffer).pixel === op.outputs);
  const columns = phasesOf(transposition, 1);
  // Channels of a group lie apart in merged phases.
  const merged = gapless ? mergePhases(columns) : columns.map((phase) => [phase]);
  const spread = (place: Placement): Strides => {
    const { row, pixel } = stridesOf(place.buffer);
    return { row: window.stride[0] * row, pixel: window.stride[1] * pixel };
  };
  return phasesOf(transposition, 0).flatMap((row) =>
    merged.map((phases): PhaseCall => {
      const [column] = phases as readonly [AxisPhase];
      const first = (place: Placement): Operand => at(place, row.first, column.first);
      return {
        name: `${op.name} phase ${row.first},${column.first}`,
        ...{ rows: row.count, columns: column.count, outputs: phases.length * op.outputs },
        window: { kernel: [row.cells, column.cells], stride: [1, 1], dilation: [row.distance, column.distance] },
        phases: {
          kernel: window.kernel,
          taps: phases.map(({ tap }) => [row.tap, tap] as const),
          step: [row.step, column.step],
        },
        ...(op.groups === 1 ? {} : { groups: op.groups }),
        y: spread(y),
        residual: residual === undefined ? undefined : spread(residual),
        operands: {
          x: at(x, row.from, column.from),
          y: first(y),
          ...(residual === undefined ? {} : { residual: first(residual) }),
        },
      };
    }),
  );
}
