import type { Command } from "commander";
import type { CliCommand } from "../command.ts";
import type { CliIo } from "../io.ts";
import { toCount } from "../parse-values.ts";

/** `infer-opt cache`: looks into schedule caches, merges and prunes them. */
export const cache: CliCommand = {
  name: "cache",
  examples: [
    { line: "cache list release/model.schedule.jsonl", purpose: "what was measured on which machine" },
    { line: "cache merge all.jsonl here.jsonl there.jsonl", purpose: "the records of two machines in one file" },
    {
      line: "cache export release/model.schedule.jsonl model.schedule.jsonl",
      purpose: "only what a rebuild needs, to be committed",
    },
  ],
  register: (program, io) => {
    const command = program.command("cache").description("look into schedule caches, merge, prune and export them");
    list(command, io);
    show(command, io);
    merge(command, io);
    prune(command, io);
    exportBest(command, io);
  },
};

function list(command: Command, io: CliIo): void {
  command
    .command("list")
    .description("what caches hold: records by device, and the forms chosen")
    .argument("<files...>", "schedule caches (.schedule.jsonl)")
    .option("--json", "as JSON")
    .action(async (files: readonly string[], { json }: { readonly json?: boolean }) => {
      const { summarizeCache } = await import("../../recipes/index.ts");
      const { formatCache } = await import("../format-cache.ts");
      const summaries = files.map(summarizeCache);
      io.stdout(json === true ? `${JSON.stringify(summaries, null, 2)}\n` : summaries.map(formatCache).join("\n"));
    });
}

function show(command: Command, io: CliIo): void {
  command
    .command("show")
    .description("the workloads of a cache with their best trials")
    .argument("<file>", "a schedule cache")
    .option("--json", "as JSON")
    .action(async (file: string, { json }: { readonly json?: boolean }) => {
      const { summarizeCache } = await import("../../recipes/index.ts");
      const { formatWorkloads } = await import("../format-cache.ts");
      const { workloads } = summarizeCache(file);
      io.stdout(json === true ? `${JSON.stringify(workloads, null, 2)}\n` : formatWorkloads(workloads));
    });
}

function merge(command: Command, io: CliIo): void {
  command
    .command("merge")
    .description("write the records of several caches to one, once each")
    .argument("<output>", "the cache to write; its own records stay only if it is among the inputs")
    .argument("<inputs...>", "the caches to read")
    .action(async (output: string, inputs: readonly string[]) => {
      const { mergeCaches } = await import("../../recipes/index.ts");
      const { before, after, damaged } = mergeCaches(output, inputs);
      io.stdout(`${output}: ${after} records of ${before}${damagedText(damaged)}\n`);
    });
}

interface PruneOptions {
  readonly thisDevice?: boolean;
  readonly thisVersion?: boolean;
  readonly failures?: boolean;
  readonly best?: number;
  readonly dryRun?: boolean;
}

function prune(command: Command, io: CliIo): void {
  command
    .command("prune")
    .description("leave records out of a cache, in place")
    .argument("<file>", "a schedule cache")
    .option("--this-device", "keep what was measured on this machine")
    .option("--this-version", "keep what this version measured")
    .option("--failures", "leave failures out, so that they are tried again")
    .option("--best <count>", "keep so many trials of a workload, and those that choices rest on", toCount)
    .option("--dry-run", "only tell what would be left")
    .action(async (file: string, values: PruneOptions) => {
      const { pruneCache, thisDevice } = await import("../../recipes/index.ts");
      const { version } = await import("../../version.ts");
      const rule = {
        device: values.thisDevice === true ? await thisDevice() : undefined,
        tool: values.thisVersion === true ? version : undefined,
        failures: values.failures === true,
        best: values.best,
      };
      const { before, after, damaged } = pruneCache(file, rule, values.dryRun === true ? undefined : file);
      const wouldStay = values.dryRun === true ? " would stay" : "";
      io.stdout(`${file}: ${after} of ${before} records${wouldStay}${damagedText(damaged)}\n`);
    });
}

function exportBest(command: Command, io: CliIo): void {
  command
    .command("export")
    .description("write what a replay needs: proofs, choices, and the best trials they rest on")
    .argument("<file>", "a schedule cache")
    .argument("<output>", "the cache to write")
    .action(async (file: string, output: string) => {
      const { pruneCache } = await import("../../recipes/index.ts");
      const { before, after, damaged } = pruneCache(file, { failures: true, best: 1 }, output);
      io.stdout(`${output}: ${after} of ${before} records${damagedText(damaged)}\n`);
    });
}

/** Lines that an edit does not write again are lost: not in silence. */
function damagedText(lines: number): string {
  return lines === 0 ? "" : `; ${lines} damaged line${lines === 1 ? "" : "s"} left out`;
}
