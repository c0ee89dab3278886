import type { ReferenceOp } from "../../types.ts";
import { bernoulli } from "./bernoulli.ts";
import { randomNormal, randomNormalLike, randomUniform, randomUniformLike } from "./filled.ts";
import { multinomial } from "./multinomial.ts";

/** Operators that draw random numbers. */
export const randomOps: readonly ReferenceOp[] = [
  ...[randomNormal, randomUniform, randomNormalLike, randomUniformLike],
  ...[bernoulli, multinomial],
];
