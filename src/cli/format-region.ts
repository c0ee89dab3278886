import type { KernelInspection, ProgramInspection, RegionInspection } from "../recipes/index.ts";
import { formatBytes, formatTable } from "../report/index.ts";

/** A region's program for people: facts, steps, memory, and the instructions of its kernels. */
export function formatRegion(region: RegionInspection): string {
  if ("malformed" in region) return `${region.region}: the program cannot be read: ${region.malformed}\n`;
  const { plan, kernels } = region;
  return [
    ...facts(region),
    "",
    ...steps(region),
    ...(plan === undefined ? [] : ["", plan.trimEnd()]),
    ...kernels.flatMap((kernel, index) => ["", ...formatKernel(kernel, index)]),
    "",
    "",
  ].join("\n");
}

function facts(region: ProgramInspection): readonly string[] {
  const { inputs, outputs, kernels, arenaBytes, weightsBytes } = region;
  const constants = inputs.filter(({ kind }) => kind === "constant");
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  const code = sum(kernels.map(({ codeBytes }) => codeBytes));
  return [
    `${region.region}: ${region.isa} (${region.features.join(" ")}), program ${formatBytes(region.programBytes)} (expanded ${formatBytes(region.plainBytes)}), code ${formatBytes(code)}, sha256 of the code section ${region.codeDigest}`,
    ...inputs
      .filter(({ kind }) => kind === "activation")
      .map(({ name, dtype, bytes }) => `input  ${name}: ${dtype}, ${bytes} bytes a sample`),
    `input  ${constants.length} constants, ${formatBytes(sum(constants.map(({ bytes }) => bytes)))}: ${region.constantsMatch ? "those it was compiled for" : "changed since it was compiled, so the host library refuses it"}`,
    ...outputs.map(({ name, dtype, dims }) => `output ${name}: ${dtype}[${dims.join(",")}] a sample`),
    `memory: arena ${formatBytes(arenaBytes)} a run, packed constants ${formatBytes(weightsBytes)}`,
  ];
}

function steps(region: ProgramInspection): readonly string[] {
  const rows = region.steps.map(({ name, kernel, places }, index) => [
    String(index),
    name,
    `kernel ${kernel}`,
    places.join(" "),
  ]);
  return formatTable([["step", "name", "kernel", "places"], ...rows], 4).split("\n");
}

function formatKernel(kernel: KernelInspection, index: number): readonly string[] {
  const { origin, uses, codeBytes, extent, grain, scratchBytes } = kernel;
  const title =
    origin === undefined ? kernel.name : `${origin.template} ${pointText(origin.point)}: ${origin.workload}`;
  return [
    `kernel ${index}: ${title}`,
    `# ${uses} use${uses === 1 ? "" : "s"}, ${codeBytes} bytes of code, extent ${extent}, grain ${grain}, scratch ${scratchBytes} bytes, sha256 ${kernel.sha256}`,
    ...kernel.arguments.map(
      ({ name, access, bytes, alignment }) => `# ${name}: ${access}, ${bytes} bytes, alignment ${alignment}`,
    ),
    instructions(origin),
  ];
}

function instructions(origin: KernelInspection["origin"]): string {
  if (origin === undefined) return "# no instructions: the program does not say what it was made from";
  return "listing" in origin ? origin.listing.trimEnd() : `# no instructions: ${origin.missing}`;
}

function pointText(point: Readonly<Record<string, number>>): string {
  return Object.entries(point)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}
