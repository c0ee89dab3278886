/** One thing that a model is held to, such as by the last release. */
export interface CheckReport {
  readonly name: string;
  /** False also where it could not be told: a gate that nobody watches is shut. */
  readonly ok: boolean;
  /** What was seen, and what is allowed. */
  readonly detail: string;
}
