import type { Model, ModelFunction, Node, Tensor, Value } from "../ir/index.ts";
import { Graph, NameScope, copyNode, functionKey, tensorFromBytes } from "../ir/index.ts";
import type { IsaLevel } from "./isa.ts";
import { isaLevelNames } from "./isa.ts";
import type { RegionBorder } from "./region-border.ts";
import { borderOf, nodesToPass } from "./region-border.ts";
import { maxRegionsPerLevel, regionDomain, regionName, regionOpset } from "./region-name.ts";

/** The bytes of a region's program for one level. */
export interface LevelProgram {
  readonly isa: IsaLevel;
  readonly program: Uint8Array;
}

/** Functions need this version of the format. */
const leastIrVersion = 8;
/** Before this one every initializer is listed as an input, and yet constant. */
const firstWithoutListing = 4;

/**
 * Replaces a convex set of nodes of the main graph by one call of a model-local function that stands for them:
 *
 * ```
 * y… = Region_avx512vnni_0(activations…, constants…, avx2 program, avx512vnni program)
 *   body: y… = Region_avx2_0(activations…, constants…, avx2 program)
 *     body: the nodes
 * ```
 *
 * `levels` are the programs from the best to the least; the name of the best is what the main graph calls. A runtime
 * that knows none of the names inlines all of it and is left with the nodes; the programs then have no reader. Returns
 * the call. Throws a plain Error when the set is not convex, an output has no type, or a level has no name left.
 */
export function outlineRegion(model: Model, set: ReadonlySet<Node>, levels: readonly LevelProgram[]): Node {
  const { graph } = model;
  if (model.irVersion < firstWithoutListing && graph.inputs.some(({ constant }) => constant !== undefined))
    throw new Error("initializers are inputs in this IR version, and would become variable: freeze them first");
  const border = borderOf(graph, set);
  const passed = nodesToPass(border);
  const untyped = border.outputs.find(({ type }) => type?.kind !== "tensor" || type.shape === undefined);
  if (untyped !== undefined) throw new Error(`the type of a region's output "${untyped.name}" is not known`);
  const names = namesOf(model, levels);
  const functions = functionsOf(model, border, names);

  const call = graph.insertBefore(border.nodes[0] as Node, {
    opType: names[0] as string,
    domain: regionDomain,
    name: names[0] as string,
    inputs: [...border.activations, ...border.constants, ...addPrograms(model, levels, names)],
    outputs: border.outputs.map(({ name, type }) => ({ name, type })),
  });
  for (const node of passed) graph.moveBefore(node, call);
  border.outputs.forEach((value, i) => handOver(value, call.outputs[i] as Value));
  for (const node of border.nodes.toReversed()) graph.remove(node);
  for (const fn of functions) model.functions.set(functionKey(fn.domain, fn.name), fn);
  model.opsets.set(regionDomain, regionOpset);
  model.irVersion = Math.max(model.irVersion, leastIrVersion);
  return call;
}

/** Names for the levels. The host library takes the outermost it knows, so the best must be outside. */
function namesOf(model: Model, levels: readonly LevelProgram[]): readonly string[] {
  const ranks = levels.map(({ isa }) => isaLevelNames.indexOf(isa));
  if (ranks.length === 0 || ranks.some((rank, i) => i > 0 && rank >= (ranks[i - 1] as number)))
    throw new Error("a region has programs for one or more levels, from the best to the least");
  return levels.map(({ isa }) => nextName(model, isa));
}

/** The first name of a level that the model does not use. */
function nextName(model: Model, isa: IsaLevel): string {
  for (let index = 0; index < maxRegionsPerLevel; index++) {
    const name = regionName({ isa, index });
    if (!model.functions.has(functionKey(regionDomain, name))) return name;
  }
  throw new Error(`the model has ${maxRegionsPerLevel} regions of ${isa} already`);
}

/** The programs as constants of the main graph, those of lesser levels first. */
function addPrograms({ graph }: Model, levels: readonly LevelProgram[], names: readonly string[]): readonly Value[] {
  const added = levels.map(({ program }, i) => graph.addConstant(`${names[i]}.program`, programTensor(program)));
  return added.reverse();
}

function programTensor(program: Uint8Array): Tensor {
  return tensorFromBytes("uint8", [program.byteLength], program);
}

/** Makes everything that reads a value read another one of its name; the value is about to go. */
export function handOver(from: Value, to: Value): void {
  to.docString = from.docString;
  to.extra = from.extra;
  for (const use of [...from.uses])
    if (use.kind === "node") use.node.graph.setInput(use.node, use.index, to);
    else use.graph.setOutput(use.index, to);
}

/** The functions of all levels, from the best to the least, whose body is the nodes themselves. */
function functionsOf(model: Model, border: RegionBorder, names: readonly string[]): readonly ModelFunction[] {
  return names.map((name, i) => {
    const body = new Graph(name, new NameScope());
    const values = new Map<Value, Value | undefined>();
    for (const value of [...border.activations, ...border.constants])
      values.set(value, body.addInput(value.name, undefined));
    const lesser = names.slice(i + 1);
    if (lesser.length === 0) copyNodes(border, body, values);
    const programs = lesser.toReversed().map((level) => addProgramInput(body, level));
    if (lesser.length > 0) callLesser(border, body, lesser[0] as string, values, programs);
    addProgramInput(body, name);
    for (const value of border.outputs) body.addOutput(values.get(value) as Value);
    const opsets = lesser.length === 0 ? opsetsOf(model, body) : new Map([[regionDomain, regionOpset]]);
    return regionFunction(name, body, opsets);
  });
}

function addProgramInput(body: Graph, name: string): Value {
  return body.addInput(body.names.fresh(`${name}.program`), undefined);
}

/** Types hold for one call, and whoever reads a function infers them at each. */
function copyNodes({ nodes }: RegionBorder, target: Graph, values: Map<Value, Value | undefined>): void {
  for (const node of nodes)
    for (const value of copyNode(node, { target, values, nameOf: (name) => name, renaming: false }).outputs)
      if (value !== undefined) value.type = undefined;
}

function callLesser(
  { outputs }: RegionBorder,
  body: Graph,
  name: string,
  values: Map<Value, Value | undefined>,
  programs: readonly Value[],
): void {
  const inputs = [...values.values(), ...programs];
  const results = outputs.map((value) => ({ name: value.name }));
  const call = body.append({ opType: name, domain: regionDomain, name, inputs, outputs: results });
  outputs.forEach((value, i) => values.set(value, call.outputs[i]));
}

/** The versions of the operator sets that a body's nodes are of. */
function opsetsOf(model: Model, body: Graph): ReadonlyMap<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain, opType } of body.allNodes()) {
    const version = model.opsets.get(domain);
    if (version === undefined) throw new Error(`the model imports no operator set for ${domain}::${opType}`);
    opsets.set(domain, version);
  }
  return opsets;
}

function regionFunction(name: string, body: Graph, opsets: ReadonlyMap<string, number>): ModelFunction {
  return {
    domain: regionDomain,
    name,
    overload: "",
    body,
    attributes: [],
    attributeDefaults: new Map(),
    opsets,
    docString: "",
    metadata: new Map(),
    extra: undefined,
  };
}
