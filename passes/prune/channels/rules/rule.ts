import type { Node } from "../../../../src/ir/index.ts";
import type { ChannelFlow } from "../channel-flow.ts";

/** How channels pass through some operators of the default domain. */
export interface ChannelRule {
  readonly ops: readonly string[];
  /** True when it has work even where no input carries channels, because it makes new ones. */
  readonly makesChannels?: boolean;
  apply(node: Node, flow: ChannelFlow): void;
}
