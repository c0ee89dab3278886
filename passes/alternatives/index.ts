import type { Alternative } from "./alternative.ts";
import { lastChannel } from "./last-channel.ts";
import { padChannels } from "./pad-channels.ts";
import { widenDepthwise } from "./widen-depthwise.ts";
import { widenOutputs } from "./widen-outputs.ts";

export type { Alternative } from "./alternative.ts";

/** Every other spelling that a search may time, in the order in which they are applied. */
export const alternatives: readonly Alternative[] = [widenDepthwise, padChannels, widenOutputs, lastChannel];
