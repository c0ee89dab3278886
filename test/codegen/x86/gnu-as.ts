import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether GNU as for x86-64 and objcopy can be run. */
export function hasGnuAs(): boolean {
  try {
    execFileSync("objcopy", ["--version"], { stdio: "ignore" });
    return assemble(".intel_syntax noprefix\nvaddps zmm0, zmm1, zmm2\n").length === 6;
  } catch {
    return false;
  }
}

/** Bytes of the text section of an assembly file; throws with the assembler's messages. */
export function assemble(text: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "infer-opt-as-"));
  try {
    const [source, object, binary] = ["in.s", "out.o", "out.bin"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(source, text);
    execFileSync("as", ["--64", "-o", object, source], { stdio: ["ignore", "ignore", "pipe"], maxBuffer: 1 << 26 });
    execFileSync("objcopy", ["-O", "binary", "-j", ".text", object, binary]);
    return readFileSync(binary);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Numbers, from 1, of the lines of an assembly file that GNU as does not take. */
export function rejectedLines(text: string): ReadonlySet<number> {
  const { stderr } = spawnSync("as", ["--64", "-o", "/dev/null", "-"], {
    input: `${text}\n`,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  return new Set([...stderr.matchAll(/:(\d+): Error/g)].map(([, line]) => Number(line)));
}
