import type { Alternative } from "./alternative.ts";
import { flatPictures } from "./flat-pictures.ts";
import { padChannels } from "./pad-channels.ts";
import { plainGates } from "./plain-gates.ts";
import { widenOutputs } from "./widen-outputs.ts";

export type { Alternative } from "./alternative.ts";

/** Every other spelling that a search may time, in the order in which they are applied. */
export const alternatives: readonly Alternative[] = [flatPictures, padChannels, widenOutputs, plainGates];
