import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { NativeSession, PreparedRun } from "../../src/runtime/index.ts";
import { createNativeSession } from "../../src/runtime/index.ts";
import type { FeedFile, RunnerAnswer, RunnerRequest } from "./runner.ts";

/** Runs models in ONNX Runtime, with the host library, for {@link startRunner}: all forms through the same calls. */
async function main(): Promise<void> {
  const forms = new Map<string, { readonly session: NativeSession; readonly run: PreparedRun }>();
  for await (const line of createInterface({ input: process.stdin })) {
    let answer: RunnerAnswer & { readonly error?: string };
    try {
      answer = await serve(JSON.parse(line) as RunnerRequest);
    } catch (error) {
      answer = { error: error instanceof Error ? error.message : String(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }

  async function serve(request: RunnerRequest): Promise<RunnerAnswer> {
    switch (request.op) {
      case "open": {
        const { model, threads, regions, feeds } = request;
        const session = await createNativeSession(model, { intraOpNumThreads: threads, regions });
        const run = session.prepare(Object.fromEntries(feeds.map((feed) => [feed.name, readFeed(feed)])));
        run.run();
        forms.set(request.form, { session, run });
        return {};
      }
      case "burst": {
        const form = forms.get(request.form);
        if (form === undefined) throw new Error(`${request.form} is not open`);
        return { ns: burst(form.run, request.iterations, request.drop) };
      }
      case "close": {
        const form = forms.get(request.form);
        forms.delete(request.form);
        form?.run.release();
        await form?.session.release();
        return {};
      }
      case "versions":
      case "quantize":
        throw new Error(`${request.op} is not for this runner`);
    }
  }
}

function burst(run: PreparedRun, iterations: number, drop: number): number[] {
  for (let i = 0; i < drop; i++) run.run();
  return Array.from({ length: iterations }, () => {
    const start = process.hrtime.bigint();
    run.run();
    return Number(process.hrtime.bigint() - start);
  });
}

function readFeed({ shape, file }: FeedFile): Parameters<NativeSession["prepare"]>[0][string] {
  const bytes = readFileSync(file);
  return {
    type: "float32",
    dims: shape,
    data: new Float32Array(bytes.buffer.slice(bytes.byteOffset).slice(0, bytes.byteLength)),
  };
}

await main();
