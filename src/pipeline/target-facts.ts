/** What passes may know about the target: plain data. */
export interface TargetFacts {
  readonly id: string;
  /** Highest version of the default operator set that the target's runtime runs. */
  readonly maxOpset: number;
  /** How quantization is spelled: `x86` u8 activations and Q/DQ round every node, `tensorrt` s8 symmetric on inputs only, `none` no Q/DQ. */
  readonly qdqDialect: "x86" | "tensorrt" | "none";
  /** True when the CPU multiplies u8×s8 without saturation (VNNI); without it weights must fit 7 bits. */
  readonly hasVnni: boolean;
  /** Channels that one vector instruction holds: counts that are multiples of it leave no lanes idle. */
  readonly channelMultiple: number;
  /** Whether the target runs calls of model-local functions. */
  readonly functions: "keep" | "inline";
}
