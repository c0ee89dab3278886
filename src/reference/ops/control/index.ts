import type { ReferenceOp } from "../../types.ts";
import { ifOp } from "./if.ts";
import { loop } from "./loop.ts";
import { scan } from "./scan.ts";

/** Operators that run subgraphs conditionally or repeatedly. */
export const controlOps: readonly ReferenceOp[] = [ifOp, loop, scan];
