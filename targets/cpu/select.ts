import type { KernelParameters } from "../../src/codegen/index.ts";
import type { DeviceFingerprint, Point, Template, Workload } from "../../src/schedule/index.ts";
import { templates } from "./templates/index.ts";
import { withinWorkspace } from "./workspace.ts";

/** A way to compute a workload: a template and a point of its space. */
export interface Selection {
  readonly template: Template;
  readonly point: Point;
}

/**
 * The templates that can compute a workload on a device, best first as far as is known without measuring; `exact` leaves
 * out those that {@link mayBeStepOff}, `workspace` limits the bytes of scratch a thread.
 */
export function templatesFor(
  workload: Workload,
  device: DeviceFingerprint,
  exact: boolean,
  workspace = Infinity,
): readonly Template[] {
  const found = templates.filter(
    (template) => template.matches(workload, device) && !(exact && mayBeStepOff(template, workload)),
  );
  if (workspace === Infinity) return found;
  return found.flatMap((template) => withinWorkspace(template, workload, device, workspace) ?? []);
}

/** Whether uint8 results of a template may differ by a step; approximated float32 results differ by rounding only. */
export function mayBeStepOff({ correctness }: Template, workload: Workload): boolean {
  const { epilogue, out } = workload as { readonly epilogue?: { readonly out?: string }; readonly out?: string };
  return correctness === "bounded" && (epilogue?.out ?? out) === "u8";
}

/**
 * Whether a step cuts its sums off before the bounds of a byte. ONNX Runtime computes such a layer in float32, which may
 * round a sum the other way.
 */
export function cutsSumsOff({ op }: Workload, { numbers: { lo = 0, hi = 255 } }: KernelParameters): boolean {
  return (op.endsWith("u8s8") || op === "product-u8u8") && (lo > 0 || hi < 255);
}

/** What is used without any measurement: the seed of the first template that matches; undefined when none does. */
export function defaultSelection(
  workload: Workload,
  device: DeviceFingerprint,
  exact = false,
  workspace = Infinity,
): Selection | undefined {
  const [template] = templatesFor(workload, device, exact, workspace);
  return template === undefined ? undefined : { template, point: template.seed(workload, device) };
}
