import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nativeFileName } from "../src/runtime/native-path.ts";

/**
 * Builds the host library with the C compiler that is there: `--required` fails without one, `--force` builds what is
 * fresh too, `--all` cross-compiles for every platform with zig, for publishing.
 */
function main(): void {
  const flags = process.argv.slice(2);
  const unknown = flags.find((flag) => !["--required", "--force", "--all"].includes(flag));
  if (unknown !== undefined) {
    console.error(`unknown option ${unknown}; known: --required, --force, --all`);
    process.exitCode = 2;
    return;
  }
  const targets = flags.includes("--all") ? zigTargets : [{ platform: process.platform, arch: process.arch }];
  const compiler = findCompiler(flags.includes("--all"));
  if (compiler === undefined) {
    const wanted = flags.includes("--all") ? "zig" : "C compiler (cc, clang, gcc or zig; or INFER_OPT_CC)";
    console.log(`host library: no ${wanted} found, not built. Everything but compiled regions works without it.`);
    if (flags.includes("--required")) process.exitCode = 1;
    return;
  }
  for (const target of targets) {
    const output = join(root, "dist", "native", `${target.platform}-${target.arch}`, nativeFileName(target.platform));
    if (!flags.includes("--force") && isFresh(output)) console.log(`host library: ${output} is up to date`);
    else if (!compile(compiler, target, output)) process.exitCode = 1;
  }
}

interface Target {
  readonly platform: string;
  readonly arch: string;
  /** Zig's name of it; of this machine when left out. */
  readonly triple?: string;
}

/** The oldest glibc that Node 20 runs on is 2.28. */
const zigTargets: readonly Target[] = [
  { platform: "linux", arch: "x64", triple: "x86_64-linux-gnu.2.28" },
  { platform: "linux", arch: "arm64", triple: "aarch64-linux-gnu.2.28" },
  { platform: "darwin", arch: "x64", triple: "x86_64-macos" },
  { platform: "darwin", arch: "arm64", triple: "aarch64-macos" },
  { platform: "win32", arch: "x64", triple: "x86_64-windows-gnu" },
  { platform: "win32", arch: "arm64", triple: "aarch64-windows-gnu" },
];

/** The repository: this file is scripts/build-native.ts, or dist/scripts/build-native.js once compiled. */
const root = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? ".." : "../..", import.meta.url));
const folder = join(root, "src", "runtime", "native");

/** Words of the first command that answers; `INFER_OPT_CC` goes before all, as in `INFER_OPT_CC="zig cc"`. */
function findCompiler(onlyZig: boolean): readonly string[] | undefined {
  const own = process.env["INFER_OPT_CC"] ?? "";
  const named = own === "" ? [] : [own.split(" ")];
  const usual = onlyZig ? [["zig", "cc"]] : [["cc"], ["clang"], ["gcc"], ["zig", "cc"]];
  return [...named, ...usual].find(
    ([command = "", ...words]) => spawnSync(command, [...words, "--version"], { stdio: "ignore" }).status === 0,
  );
}

function isFresh(output: string): boolean {
  const built = statSync(output, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const files = [...readdirSync(folder).map((name) => join(folder, name)), fileURLToPath(import.meta.url)];
  return files.every((file) => statSync(file).mtimeMs < built);
}

/** Options of the compiler: the library shows only the functions of infer-opt.h and RegisterCustomOps. */
function options(target: Target): readonly string[] {
  const common = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden", "-shared"];
  // Packed constants must be the same bits everywhere, so no products are fused into sums.
  const exact = ["-ffp-contract=off"];
  const triple = target.triple === undefined ? [] : ["-target", target.triple];
  if (target.platform === "win32") return [...triple, ...common, ...exact, "-s"];
  if (target.platform === "darwin") return [...triple, ...common, ...exact, "-fPIC", "-pthread"];
  // Threads of the pool outlive every call, so the library is never unmapped.
  const linked = ["-fPIC", "-pthread", "-s", "-Wl,-z,defs", "-Wl,-z,nodelete", "-Wl,-z,noexecstack", "-lm"];
  return [...triple, ...common, ...exact, ...linked];
}

function compile(compiler: readonly string[], target: Target, output: string): boolean {
  mkdirSync(dirname(output), { recursive: true });
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith(".c"))
    .sort()
    .map((name) => join(folder, name));
  const [command = "", ...words] = compiler;
  // Linked beside its place and moved there, so that a process that has the old library mapped keeps it.
  const partial = `${output}.${process.pid}.partial`;
  const { status } = spawnSync(command, [...words, "-o", partial, ...sources, ...options(target)], {
    stdio: "inherit",
  });
  if (status !== 0) {
    console.error(`host library: ${compiler.join(" ")} failed for ${target.platform}-${target.arch}`);
    return false;
  }
  renameSync(partial, output);
  // Linkers for Windows also write a library for linking against, which nobody does.
  for (const name of readdirSync(dirname(output)).filter((name) => name.endsWith(".lib")))
    rmSync(join(dirname(output), name));
  console.log(`host library: ${output} built with ${compiler.join(" ")}`);
  return true;
}

main();
