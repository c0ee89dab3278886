import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const sources = join(import.meta.dirname, "../../../src/runtime/native");

/** A folder for compiled programs, and what is needed to fill it. */
export interface CCompiler {
  readonly folder: string;
  /** Why programs with these flags cannot be built and run here; undefined when they can. */
  lacks(flags: readonly string[]): string | undefined;
  /** Compiles a file of this folder, with the library's sources when `withLibrary`; the path of the program, named as the file unless told. */
  compile(file: string, flags: readonly string[], options?: CompileOptions): string;
  /** Writes a file into the folder; its path. */
  write(name: string, content: Uint8Array | string): string;
  remove(): void;
}

interface CompileOptions {
  readonly withLibrary?: boolean;
  readonly name?: string;
}

/** The C compiler of this machine; programs go to a temporary folder. */
export function cCompiler(): CCompiler {
  const folder = mkdtempSync(join(tmpdir(), "infer-opt-c-"));
  const write = (name: string, content: Uint8Array | string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  return {
    folder,
    lacks: (flags) => {
      const probe = write("probe.c", "int main(void) { return 0; }\n");
      const program = join(folder, "probe");
      const built = spawnSync("cc", ["-o", program, probe, ...flags], { encoding: "utf8" });
      if (built.status !== 0) return `cc ${flags.join(" ")}: ${built.error?.message ?? built.stderr.split("\n", 1)[0]}`;
      const ran = spawnSync(program);
      return ran.status === 0 ? undefined : `programs built with ${flags.join(" ")} do not run here`;
    },
    compile: (file, flags, { withLibrary = false, name = file.replace(/\.c$/, "") } = {}) => {
      const library = readdirSync(sources)
        .filter((source) => withLibrary && source.endsWith(".c"))
        .map((source) => join(sources, source));
      const program = join(folder, name);
      const strict = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-I", sources];
      const all = [...strict, ...flags, "-o", program, join(import.meta.dirname, file), ...library];
      execFileSync("cc", [...all, "-pthread", "-lm", "-ldl"], { stdio: ["ignore", "ignore", "pipe"] });
      return program;
    },
    write,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
