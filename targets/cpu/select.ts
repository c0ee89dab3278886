import type { DeviceFingerprint, Point, Template, Workload } from "../../src/schedule/index.ts";
import { templates } from "./templates/index.ts";

/** A way to compute a workload: a template and a point of its space. */
export interface Selection {
  readonly template: Template;
  readonly point: Point;
}

/** The templates that can compute a workload on a device, best first as far as is known without measuring. */
export function templatesFor(workload: Workload, device: DeviceFingerprint): readonly Template[] {
  return templates.filter((template) => template.matches(workload, device));
}

/** What is used without any measurement: the seed of the first template that matches; undefined when none does. */
export function defaultSelection(workload: Workload, device: DeviceFingerprint): Selection | undefined {
  const [template] = templatesFor(workload, device);
  return template === undefined ? undefined : { template, point: template.seed(workload, device) };
}
