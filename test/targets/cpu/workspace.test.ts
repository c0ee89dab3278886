import { expect, test } from "vitest";
import type { DeviceFingerprint, Template } from "../../../src/schedule/index.ts";
import { legalPoints } from "../../../src/schedule/index.ts";
import { defaultSelection, templatesFor } from "../../../targets/cpu/select.ts";
import { withinWorkspace, workspaceOf } from "../../../targets/cpu/workspace.ts";
import type { ConvWorkload } from "../../../targets/cpu/workload.ts";

const device: DeviceFingerprint = {
  ...({ kind: "cpu", vendor: "AuthenticAMD", name: "test", family: 25, model: 17, cores: 2, threads: 2 } as const),
  isa: ["avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni"],
  ...{ l1dKiB: 32, l2KiB: 1024, l3KiB: 32_768 },
};

const conv: ConvWorkload = {
  ...{ op: "conv-u8s8", rows: 16, columns: 16, inputs: 64, outputs: 64, weights: "oihw", bias: true },
  window: { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] },
  ...{ x: { row: 18 * 64, pixel: 64 }, y: { row: 16 * 64, pixel: 64 } },
  epilogue: { out: "u8", table: false, residual: undefined },
};

const [igemm, winograd] = templatesFor(conv, device, false) as [Template, Template];

test("what a template says it takes is what its kernels declare", () => {
  for (const template of [igemm, winograd]) {
    const points = [...legalPoints(template.space(conv, device))];
    expect(points.length).toBeGreaterThan(8);
    for (const point of points.filter((_, i) => i % Math.ceil(points.length / 8) === 0))
      expect(workspaceOf(template, conv, point, device), template.name).toBe(
        template.emit(conv, point, device).scratchBytes,
      );
  }
});

test("candidates that take more than is allowed are none", () => {
  const sizes = [...legalPoints(winograd.space(conv, device))].map((point) =>
    workspaceOf(winograd, conv, point, device),
  );
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  expect(least).toBeLessThan(most);
  expect(templatesFor(conv, device, false, least - 1).map(({ name }) => name)).toEqual(["igemm"]);
  expect(defaultSelection(conv, device, false, 0)?.template.name).toBe("igemm");
  const limited = withinWorkspace(winograd, conv, device, least) as Template;
  const points = [...legalPoints(limited.space(conv, device))];
  expect(points.length).toBe(sizes.filter((size) => size === least).length);
  expect(points).toContainEqual(limited.seed(conv, device));
  const large = [...legalPoints(winograd.space(conv, device))].find(
    (point) => workspaceOf(winograd, conv, point, device) > least,
  );
  // A record of such a point counts for nothing.
  expect(() => limited.emit(conv, large ?? {}, device)).toThrow("bytes of workspace");
});
