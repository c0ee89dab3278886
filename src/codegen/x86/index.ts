export { type Assembler, createAssembler, requiredFeatures } from "./assembler.ts";
export { encode } from "./encode.ts";
export type { Item } from "./item.ts";
export { listing } from "./listing.ts";
export {
  broadcast,
  type Broadcast,
  label,
  type Label,
  masked,
  type Masked,
  mem,
  type Memory,
  type MemoryOptions,
  type Operand,
  rounding,
  type Rounding,
  type RoundingMode,
} from "./operand.ts";
export * from "./register.ts";
export { createRegisterPool, type RegisterPool, type RegisterPoolOptions } from "./register-pool.ts";
export { type Mnemonic, mnemonics } from "./tables/index.ts";
