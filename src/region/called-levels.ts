import type { Graph, Model, Node, Tensor } from "../ir/index.ts";
import { functionKey } from "../ir/index.ts";
import type { IsaLevel } from "./isa.ts";
import { parseRegionName } from "./region-name.ts";

/** One of the levels that a call of a region stands for. */
export interface CalledLevel {
  /** The operator's name, such as `Region_avx2_0`. */
  readonly name: string;
  readonly isa: IsaLevel;
  /** The bytes of its program; undefined when it is no constant. */
  readonly program: Tensor | undefined;
}

/** The levels of a region, from the best to the least; none when the node calls no region of the model. */
export function calledLevels(model: Model, call: Node): readonly CalledLevel[] {
  const levels: CalledLevel[] = [];
  for (let node: Node | undefined = call; node !== undefined;) {
    const { domain, opType, overload }: Node = node;
    const region = parseRegionName(domain, opType);
    const body: Graph | undefined = model.functions.get(functionKey(domain, opType, overload))?.body;
    if (region === undefined || body === undefined) break;
    // The better a level, the further back its program: `outlineRegion` gives each body all inputs but the last.
    const program = call.inputs[call.inputs.length - 1 - levels.length]?.constant;
    levels.push({ name: opType, isa: region.isa, program });
    node = body.nodeCount === 1 ? body.firstNode : undefined;
  }
  return levels;
}
