import { legalPoints } from "../../src/schedule/index.ts";
import type { DeviceFingerprint, Point, Template, Workload } from "../../src/schedule/index.ts";

/** Bytes of scratch that a kernel takes for each thread. */
export function workspaceOf(template: Template, workload: Workload, point: Point, device: DeviceFingerprint): number {
  const known = template.workspace?.(workload, point, device);
  return known ?? template.emit(workload, template.seed(workload, device), device).scratchBytes;
}

/**
 * The template with only those points that take at most `bytes` of scratch a thread; where its seed is none, that of the
 * least predicted time is. Undefined when there are none. Records of points that take more count for nothing.
 */
export function withinWorkspace(
  template: Template,
  workload: Workload,
  device: DeviceFingerprint,
  bytes: number,
): Template | undefined {
  const fits = (point: Point): boolean => workspaceOf(template, workload, point, device) <= bytes;
  const own = template.seed(workload, device);
  if (template.workspace === undefined) return fits(own) ? template : undefined;
  const space = template.space(workload, device);
  const limited = { parameters: space.parameters, legal: (point: Point) => space.legal(point) && fits(point) };
  const seed = fits(own) ? own : cheapest(template, workload, device, [...legalPoints(limited)]);
  if (seed === undefined) return undefined;
  return {
    ...template,
    space: () => limited,
    seed: () => seed,
    emit: (wanted, point, target) => {
      if (!fits(point)) throw new Error(`it takes more than ${bytes} bytes of workspace`);
      return template.emit(wanted, point, target);
    },
  };
}

function cheapest(
  template: Template,
  workload: Workload,
  device: DeviceFingerprint,
  points: readonly Point[],
): Point | undefined {
  let best: { readonly point: Point; readonly cost: number } | undefined;
  for (const point of points) {
    const cost = template.cost(workload, point, device);
    if (best === undefined || cost < best.cost) best = { point, cost };
  }
  return best?.point;
}
