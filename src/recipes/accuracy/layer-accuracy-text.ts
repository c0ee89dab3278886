import type { LayerAccuracyReport } from "../../events.ts";

/** So many layers are named. */
const named = 3;

/** The layers that lose most by themselves, and what was left in float, one line each. */
export function describeNoise({ form, layers, keptFloat, reason }: LayerAccuracyReport): readonly string[] {
  const worst = [...layers].sort((a, b) => a.ownDb - b.ownDb).slice(0, named);
  const names = worst.map(({ node, op, ownDb }) => `${op} ${node} ${ownDb.toFixed(1)} dB`).join(", ");
  return [
    ...(worst.length === 0 ? [] : [`${form}: layers that lose most by themselves: ${names}`]),
    ...(keptFloat.length === 0 ? [] : [`${form}-mixed: ${reason}`]),
    ...keptFloat.map(({ node, reason: why }) => `  float ${node}: ${why}`),
  ];
}
