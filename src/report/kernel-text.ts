import type { RegionStepReport } from "../events.ts";

/** Template and point of a step, the point without what is switched off: `igemm@1 pixels=6 vectors=2`. */
export function kernelText({ template, point }: Pick<RegionStepReport, "template" | "point">): string {
  const values = Object.entries(point)
    .filter(([, value]) => value !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  return [template, ...values].join(" ");
}
