/** One finding of `doctor`. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  /** True when its absence only narrows what can be done. */
  readonly optional: boolean;
  readonly detail: string;
  /** What would help; absent where nothing is needed. */
  readonly advice?: string;
  /** The figures of the detail, for tools. */
  readonly data?: object;
}
