import type { CliCommand } from "../command.ts";
import { bench } from "./bench.ts";
import { cache } from "./cache.ts";
import { compare } from "./compare.ts";
import { completion } from "./completion.ts";
import { doctor } from "./doctor.ts";
import { explain } from "./explain.ts";
import { init } from "./init.ts";
import { inspect } from "./inspect.ts";
import { fuse, optimize, prune, quantize } from "./optimize.ts";
import { packageModel } from "./package.ts";
import { passes } from "./passes.ts";
import { runtime } from "./runtime.ts";
import { targets } from "./targets.ts";

/** The commands, in the order of the help. */
export const commands: readonly CliCommand[] = [
  optimize,
  quantize,
  prune,
  fuse,
  bench,
  compare,
  packageModel,
  inspect,
  cache,
  passes,
  targets,
  runtime,
  doctor,
  init,
  explain,
  completion,
];
