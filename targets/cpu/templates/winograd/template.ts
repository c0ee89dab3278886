import type { KernelArgument } from "../../../../src/codegen/index.ts";
import type { DeviceFingerprint, Point, Workload } from "../../../../src/schedule/record.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import type { Window } from "../../workload.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { describePoint } from "../point-numbers.ts";
import { winogradCost } from "./cost.ts";
import type { WinogradParts } from "./emit.ts";
import { emitWinograd } from "./emit.ts";
import type { WinogradArithmetic, WinogradPlan, WinogradWorkload } from "./plan.ts";
import { planWinograd, winogradPoint } from "./plan.ts";
import { hasWinogradPoint, winogradSeed, winogradSpace } from "./space.ts";

/** What makes a Winograd template of its own. */
export interface WinogradVariant<Convolution extends Workload & WinogradWorkload> {
  readonly name: string;
  /** What a workload is computed in on a device that it {@link suits}. */
  arithmetic(workload: Convolution, device: DeviceFingerprint): WinogradArithmetic;
  /** Whether the workload is of this variant, where there are legal points. */
  suits(workload: Workload, device: DeviceFingerprint): workload is Convolution;
  /** The arguments and the parts of a kernel. */
  parts(
    workload: Convolution,
    plan: WinogradPlan,
    device: DeviceFingerprint,
  ): { readonly arguments: readonly KernelArgument[]; readonly parts: WinogradParts };
}

/** The template of a variant, whose results are close to those of sums of products, not equal. */
export function winogradTemplate<Convolution extends Workload & WinogradWorkload>(
  variant: WinogradVariant<Convolution>,
): Template<Convolution> {
  const { name } = variant;
  const planOf = (workload: Convolution, point: Point, device: DeviceFingerprint): WinogradPlan =>
    planWinograd(workload, variant.arithmetic(workload, device), winogradPoint(point));
  return {
    name,
    version: 1,
    correctness: "bounded",
    matches: (workload, device): workload is Convolution =>
      variant.suits(workload, device) && hasWinogradPoint(workload, variant.arithmetic(workload, device), device),
    space: (workload, device) => winogradSpace(workload, variant.arithmetic(workload, device), device),
    seed: (workload, device) => {
      const point = winogradSeed(workload, variant.arithmetic(workload, device), device);
      if (point === undefined) throw new Error(`${name} has no legal point for a workload`);
      return point;
    },
    emit: (workload, point, device) => {
      const plan = planOf(workload, point, device);
      const { arguments: kernelArguments, parts } = variant.parts(workload, plan, device);
      const roles = kernelArguments.map((argument) => argument.name);
      return finishKernel(emitWinograd(plan, roles, parts), {
        name: `${name} ${describePoint(point)}`,
        arguments: kernelArguments,
        extent: plan.point.parallel === 0 ? plan.tileBlocks : plan.channelBlocks,
        grain: 1,
        scratchBytes: plan.scratchBytes,
      });
    },
    workspace: (workload, point, device) => planOf(workload, point, device).scratchBytes,
    cost: (workload, point, device, figures) => winogradCost(planOf(workload, point, device), device, figures),
  };
}

/** Whether a convolution's window is 3×3 of stride 1 without gaps, and its weights are in the order of Conv. */
export function isPlain3x3({ window, weights }: { readonly window: Window; readonly weights: "oihw" | "io" }): boolean {
  const is = (pair: readonly [number, number], value: number): boolean => pair.every((number) => number === value);
  return weights === "oihw" && is(window.kernel, 3) && is(window.stride, 1) && is(window.dilation, 1);
}
