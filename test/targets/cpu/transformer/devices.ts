import { isaSets, testDevice } from "../test-devices.ts";

/** Devices whose kernels of transformers differ. */
export const transformerDevices = [
  { name: "avx512", device: testDevice(isaSets.avx512vnni) },
  { name: "avx2", device: testDevice(isaSets.avx2) },
] as const;

/** Devices whose kernels of integer products differ. */
export const productDevices = [
  ...transformerDevices,
  { name: "avxvnni", device: testDevice(isaSets.avxvnni) },
] as const;
