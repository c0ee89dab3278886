import type { Diagnostic } from "../../diagnostics/index.ts";
import { InferOptError } from "../../diagnostics/index.ts";

/** A request with its number. */
export interface NumberedRequest<Request> {
  readonly id: number;
  readonly request: Request;
}

/** What the child may do after a round that it told of. */
export interface AfterRound {
  readonly id: number;
  readonly goesOn: boolean;
}

/** An answer, a failure, or news of a race under way. */
export type ChildMessage<Answer> =
  | { readonly id: number; readonly kind: "answer"; readonly answer: Answer }
  | {
      readonly id: number;
      readonly kind: "failure";
      readonly diagnostic: Diagnostic | undefined;
      readonly stack: string;
    }
  | { readonly id: number; readonly kind: "round"; readonly round: number; readonly rounds: number };

/**
 * Answers the parent's requests for as long as it lives; then `cleanUp` runs and this process ends. After a round that is
 * told of, the child waits for leave to go on: what the parent does meanwhile disturbs no measurement.
 */
export function serveRequests<Request extends { readonly op: string }, Answers extends Record<Request["op"], unknown>>(
  answer: (
    request: Request,
    id: number,
    onRound: (round: number, rounds: number) => Promise<boolean>,
  ) => Promise<Answers[Request["op"]]>,
  cleanUp: () => void,
): void {
  const send = (message: ChildMessage<Answers[Request["op"]]>): void => void process.send?.(message);
  process.on("disconnect", () => {
    cleanUp();
    process.exit(0);
  });
  const waiting = new Map<number, (goesOn: boolean) => void>();
  const askAfterRound = (id: number, round: number, rounds: number): Promise<boolean> =>
    new Promise((resolve) => {
      waiting.set(id, resolve);
      send({ id, kind: "round", round, rounds });
    });
  process.on("message", (message: NumberedRequest<Request> | AfterRound) => {
    const { id } = message;
    if ("goesOn" in message) {
      waiting.get(id)?.(message.goesOn);
      waiting.delete(id);
      return;
    }
    answer(message.request, id, (round, rounds) => askAfterRound(id, round, rounds)).then(
      (result) => send({ id, kind: "answer", answer: result }),
      (error: unknown) =>
        send({
          id,
          kind: "failure",
          diagnostic: error instanceof InferOptError ? error.diagnostic : undefined,
          stack: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
    );
  });
}
