export type { Access, CpuFeature, Kernel, KernelArgument, KernelParameters } from "./kernel.ts";
export { cpuFeatures } from "./kernel.ts";
export type { ChannelOrder, Pack, PackLoop } from "./pack.ts";
