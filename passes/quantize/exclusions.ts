import type { Node } from "../../src/ir/index.ts";
import { fail } from "../../src/diagnostics/index.ts";
import { quantDiagnostics } from "../../src/diagnostics/codes/quant.ts";

/** What the user wants left in float. */
export interface Exclusions {
  /** A regular expression searched for in node names, and in the first output's where a node has none; empty excludes nothing. */
  readonly nodesToExclude: string;
  readonly opTypesToExclude: readonly string[];
  /** Nodes by the name of their first output; how tuning leaves single layers in float. */
  readonly outputsToExclude: readonly string[];
}

/** A function that gives the reason why a node is excluded; undefined where it is not. Throws IO0508 for a bad pattern. */
export function exclusionTest(exclusions: Exclusions): (node: Node) => string | undefined {
  const { nodesToExclude: pattern } = exclusions;
  let names: RegExp | undefined;
  try {
    names = pattern === "" ? undefined : new RegExp(pattern, "u");
  } catch (cause) {
    fail(quantDiagnostics.badPattern({ pattern, detail: (cause as Error).message }), cause);
  }
  const types = new Set(exclusions.opTypesToExclude);
  const outputs = new Set(exclusions.outputsToExclude);
  return (node) => {
    if (types.has(node.opType)) return `operator ${node.opType} is excluded by the options`;
    if (names?.test(node.name === "" ? (node.outputs[0]?.name ?? "") : node.name) === true)
      return "the node is excluded by the options";
    if (outputs.has(node.outputs[0]?.name ?? "")) return "the layer is kept in float by the plan";
    return undefined;
  };
}
