import type { CompileOptions } from "../config/index.ts";
import { parsePreprocess } from "../data/index.ts";
import { targetNamed } from "./environment.ts";

/** Refuses what the schema cannot tell of options: a target that there is none of (IO0707), a preprocessing that is none (IO0410). */
export function checkOptions({ target, preprocess }: CompileOptions): void {
  targetNamed(target);
  parsePreprocess(preprocess);
}
