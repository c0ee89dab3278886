import type { Forms } from "./forms.ts";

/** VEX-encoded instruction on general registers, at 32 and 64 bits. */
const sized = (encoding: string, opcode: string, roles: "RVM" | "RMV" | "VM" | "RMI"): Forms =>
  [32, 64].map((bits) => {
    const [register, source] = [`r${bits}`, `r${bits}/m${bits}`];
    const operands = {
      RVM: [register, register, source],
      RMV: [register, source, register],
      VM: [register, source],
      RMI: [register, source, "ib"],
    }[roles];
    return `vex.l128.${encoding}.w${bits === 64 ? 1 : 0} ${opcode} ${roles} ${operands.join(", ")}`;
  });

/** Bit manipulation of general registers (BMI1, BMI2), which every processor with AVX2 has. */
export const bitTable = {
  andn: sized("0f38", "f2", "RVM"),
  bextr: sized("0f38", "f7", "RMV"),
  blsr: sized("0f38", "f3/1", "VM"),
  blsmsk: sized("0f38", "f3/2", "VM"),
  blsi: sized("0f38", "f3/3", "VM"),
  bzhi: sized("0f38", "f5", "RMV"),
  mulx: sized("f2.0f38", "f6", "RVM"),
  pdep: sized("f2.0f38", "f5", "RVM"),
  pext: sized("f3.0f38", "f5", "RVM"),
  rorx: sized("f2.0f3a", "f0", "RMI"),
  sarx: sized("f3.0f38", "f7", "RMV"),
  shlx: sized("66.0f38", "f7", "RMV"),
  shrx: sized("f2.0f38", "f7", "RMV"),
} as const satisfies Readonly<Record<string, Forms>>;
