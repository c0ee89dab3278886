import type { SessionSettings, Worker } from "../../src/runtime/index.ts";
import type { KernelCase } from "../../src/schedule/index.ts";
import { formCode } from "./form-kernel.ts";

/** A model with the session it is timed in. */
export interface TimedModel {
  /** Its file; removed by {@link TimedModel.release}. */
  readonly file: string;
  readonly settings: Omit<SessionSettings, "threads"> & { readonly threads?: number };
  /** Called once the session holds the model: what was written for it may go. */
  release(): void;
}

/** Sessions of the measuring process that stay open between races. */
export interface OpenSessions {
  /** The session of a candidate at a number of threads, opened where there is none; `copy` tells equal ones apart. */
  open(kernelCase: KernelCase, threads: number, copy: number): Promise<number>;
  /** Closes those not wanted, the longest unused first, until at most so many of them are left as are kept. */
  trim(wanted: ReadonlySet<number>): Promise<void>;
  /** The process ended, and its sessions with it. */
  forget(): void;
  closeAll(): Promise<void>;
}

/** Keeps sessions of a process; `make` makes the model of what a candidate's kernel lists. */
export function keepSessions(
  worker: Pick<Worker, "request">,
  make: (identity: string) => Promise<TimedModel>,
  kept: number,
): OpenSessions {
  /** By code, thread count and copy; the longest unused first. */
  const sessions = new Map<string, number>();
  const close = async (session: number): Promise<void> => void (await worker.request({ op: "close", session }));
  return {
    open: async ({ kernel }, threads, copy) => {
      const key = `${formCode(kernel)} ${threads} ${copy}`;
      const known = sessions.get(key);
      sessions.delete(key);
      if (known !== undefined) {
        sessions.set(key, known);
        return known;
      }
      const { file, settings, release } = await make(kernel.listing());
      try {
        const { session } = await worker.request({ op: "open", model: file, settings: { threads, ...settings } });
        sessions.set(key, session);
        return session;
      } finally {
        release();
      }
    },
    trim: async (wanted) => {
      const idle = [...sessions].filter(([, session]) => !wanted.has(session));
      for (const [key, session] of idle.slice(0, Math.max(0, idle.length - kept))) {
        sessions.delete(key);
        await close(session);
      }
    },
    forget: () => sessions.clear(),
    closeAll: async () => {
      const open = [...sessions.values()];
      sessions.clear();
      for (const session of open) await close(session);
    },
  };
}
