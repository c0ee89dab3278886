import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Collects this thread's garbage, the memory of dropped array buffers included. */
export function collectGarbage(): void {
  collect();
}
