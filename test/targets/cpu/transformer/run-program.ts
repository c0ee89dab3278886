import type { Value } from "../../../../src/ir/index.ts";
import { digestConstants, encodeProgram } from "../../../../src/region/index.ts";
import type { DeviceFingerprint } from "../../../../src/schedule/record.ts";
import { assemble } from "../../../../targets/cpu/assemble.ts";
import type { LoweredRegion } from "../../../../targets/cpu/lower/index.ts";
import { defaultSelection } from "../../../../targets/cpu/select.ts";
import { canRun, host } from "../run-kernel.ts";
import { transformerDevices } from "./devices.ts";

/** The test devices that this CPU can stand for. */
export const runnableDevices = transformerDevices.map(({ device }) => device).filter(({ isa }) => canRun(isa));

/** Runs a region's program for one sample: values by name in and out. */
export function runProgram(
  region: LoweredRegion,
  feeds: ReadonlyMap<string, Float32Array>,
  device: DeviceFingerprint,
): ReadonlyMap<string, Float32Array> {
  if ("missing" in host) throw new Error(host.missing);
  const { load, allocate } = host;
  const constants = [
    ...new Set(
      region.steps.flatMap((step) => [
        ...Object.values(step.constants),
        ...Object.values(step.operands).flatMap((operand) => (operand.kind === "constant" ? [operand.value] : [])),
      ]),
    ),
  ];
  const assembling = assemble(
    region,
    [...region.inputs, ...constants],
    region.outputs,
    (workload) => {
      const selection = defaultSelection(workload, device);
      if (selection === undefined) throw new Error(`no template for ${workload.op}`);
      return selection;
    },
    device,
  );
  let step = assembling.next();
  while (step.done !== true) step = assembling.next();
  const { program } = step.value;
  const contents = constants.map(bytesOf);
  const loaded = load(encodeProgram(program, digestConstants(contents)), contents);
  try {
    const outputs = program.outputs.map(({ bytes }) => allocate(bytes));
    const inputs = region.inputs.map(({ name }) => {
      const { buffer, byteOffset, byteLength } = feeds.get(name) as Float32Array;
      return new Uint8Array(buffer, byteOffset, byteLength);
    });
    loaded.run(inputs, outputs, { threads: 2 });
    return new Map(
      program.outputs.map(({ name }, index) => {
        const output = outputs[index] as Uint8Array;
        return [name, new Float32Array(output.slice().buffer)];
      }),
    );
  } finally {
    loaded.free();
  }
}

function bytesOf({ name, constant }: Value): Uint8Array {
  if (constant === undefined) throw new Error(`"${name}" is no constant`);
  return constant.bytes();
}
