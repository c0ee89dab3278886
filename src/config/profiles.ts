import type { UserOptions } from "./options.ts";

/**
 * What `--profile` presets; every option that is given, on the command line or in the config file, wins over it. Limits on
 * latency hold on the machine that times, so they say something about a deployment only where it is like that machine.
 *
 * - `edge`: a gateway or single-board computer with little memory, often without a fan.
 * - `mobile`: part of an app that is downloaded and shows 30 frames a second.
 * - `cloud`: a server that answers many requests on all of its cores, most of them within a tenth of a second.
 */
export const profiles: Readonly<Record<NonNullable<UserOptions["profile"]>, UserOptions>> = {
  edge: { objective: "energy", maxSize: "16MiB", maxMemory: "128MiB", threads: [1] },
  mobile: { objective: "size", maxSize: "64MiB", maxMemory: "256MiB", maxLatency: "33ms", percentile: "p90" },
  cloud: { objective: "throughput", maxLatency: "100ms", percentile: "p99" },
};
