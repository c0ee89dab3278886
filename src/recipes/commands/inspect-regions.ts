import { createHash } from "node:crypto";
import type { KernelListing, ProgramListing } from "../../../targets/index.ts";
import { targets } from "../../../targets/index.ts";
import type { Node } from "../../ir/index.ts";
import { loadModel } from "../../onnx/index.ts";
import type { CalledLevel, DecodedKernel, DecodedProgram, Place } from "../../region/index.ts";
import { calledLevels, decodeProgram, digestConstants, knownPlan, printPlan } from "../../region/index.ts";
import { requireFile } from "../paths.ts";

/** One call of a kernel. */
export interface StepInspection {
  readonly name: string;
  /** Index among the kernels. */
  readonly kernel: number;
  /** Where each argument stands, such as `x=arena+64`. */
  readonly places: readonly string[];
}

/** A kernel as the program holds it. */
export interface KernelInspection {
  readonly name: string;
  readonly codeBytes: number;
  readonly sha256: string;
  readonly extent: number;
  readonly grain: number;
  readonly scratchBytes: number;
  readonly arguments: DecodedKernel["arguments"];
  /** Calls of it. */
  readonly uses: number;
  /** What it was emitted from, and its instructions where they come out the same; undefined when the program does not say. */
  readonly origin: KernelListing | undefined;
}

/** One program of a region. */
export interface ProgramInspection {
  /** Name of the operator that runs it. */
  readonly region: string;
  /** Level of instruction sets that it needs. */
  readonly isa: string;
  /** As the model holds it. */
  readonly programBytes: number;
  /** When it is not compressed. */
  readonly plainBytes: number;
  readonly features: readonly string[];
  /** sha256 of the code section, as INFER_OPT_TRUST lists it. */
  readonly codeDigest: string;
  readonly inputs: DecodedProgram["inputs"];
  readonly outputs: DecodedProgram["outputs"];
  /** False when constants were changed since: the host library refuses the program. */
  readonly constantsMatch: boolean;
  readonly arenaBytes: number;
  readonly weightsBytes: number;
  readonly steps: readonly StepInspection[];
  readonly kernels: readonly KernelInspection[];
  /** Memory as text and picture; undefined when the program does not say. */
  readonly plan: string | undefined;
}

/** A program, or why it cannot be read. */
export type RegionInspection = ProgramInspection | { readonly region: string; readonly malformed: string };

/** Looks into the programs of a model's regions. Throws InferOptError when the file is no model. */
export async function inspectRegions(file: string): Promise<readonly RegionInspection[]> {
  requireFile(file);
  const { model } = await loadModel(file);
  const found: RegionInspection[] = [];
  for (const call of model.graph.allNodes())
    for (const level of calledLevels(model, call)) found.push(await inspectProgram(call, level));
  return found;
}

async function inspectProgram(
  call: Node,
  { name: region, isa, program: tensor }: CalledLevel,
): Promise<RegionInspection> {
  const bytes = tensor?.bytes();
  if (bytes === undefined) return { region, malformed: "its program is no constant" };
  const program = decodeProgram(bytes);
  if ("malformed" in program) return { region, ...program };
  const listing = await listProgram(program);
  return {
    ...{ region, isa },
    programBytes: bytes.byteLength,
    plainBytes: program.plainBytes,
    features: program.features,
    codeDigest: Buffer.from(program.codeDigest).toString("hex"),
    inputs: program.inputs,
    outputs: program.outputs,
    constantsMatch: constantsMatch(call, program),
    arenaBytes: program.arenaBytes,
    weightsBytes: program.weightsBytes,
    steps: program.steps.map(({ name, kernel, places }) => ({
      ...{ name, kernel },
      places: places.map((place, i) => `${program.kernels[kernel]?.arguments[i]?.name ?? "?"}=${placeText(place)}`),
    })),
    kernels: program.kernels.map((kernel, index) => ({
      ...{ name: kernel.name, codeBytes: kernel.code.byteLength },
      sha256: createHash("sha256").update(kernel.code).digest("hex"),
      ...{ extent: kernel.extent, grain: kernel.grain, scratchBytes: kernel.scratchBytes, arguments: kernel.arguments },
      uses: program.steps.filter((step) => step.kernel === index).length,
      origin: listing?.kernels[index],
    })),
    plan: listing && planText(program, listing),
  };
}

async function listProgram(program: DecodedProgram): Promise<ProgramListing | undefined> {
  for (const target of targets) {
    const listing = await target.listProgram?.(program);
    if (listing !== undefined) return listing;
  }
  return undefined;
}

function constantsMatch(call: Node, { inputs, constantsDigest }: DecodedProgram): boolean {
  const constants: Uint8Array[] = [];
  for (const [index, { kind }] of inputs.entries()) {
    if (kind === "activation") continue;
    const constant = call.inputs[index]?.constant;
    if (constant === undefined) return false;
    constants.push(constant.bytes());
  }
  return Buffer.from(digestConstants(constants)).equals(constantsDigest);
}

function placeText(place: Place): string {
  return `${place.space}${"index" in place ? String(place.index) : ""}${place.offset === 0 ? "" : `+${place.offset}`}`;
}

function planText({ steps, arenaBytes }: DecodedProgram, { buffers }: ProgramListing): string {
  const { plan, items } = knownPlan(buffers, arenaBytes);
  const nameOf = (id: number): string => {
    const first = buffers[id]?.first ?? 0;
    const name = steps[first]?.name ?? "";
    return `since ${name === "" ? `step ${first}` : name}`;
  };
  return printPlan(plan, items, nameOf);
}
