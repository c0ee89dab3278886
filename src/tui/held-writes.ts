/** A stream whose writes can be held back. */
interface Writable {
  write: (...args: never[]) => boolean;
}

/** Writes of a stream that are held back for a while. */
export interface HeldWrites {
  /** Writes past the hold. */
  write(text: string): void;
  /** Ends the hold: what was written meanwhile comes out. */
  release(): void;
}

/**
 * Holds back what anybody else writes to a stream, such as warnings of the runtime, which would land amid the picture.
 */
export function holdWrites(stream: NodeJS.WriteStream): HeldWrites {
  const own = stream as unknown as Writable;
  const held: (string | Uint8Array)[] = [];
  const { write } = own;
  const through = write.bind(stream) as unknown as (text: string | Uint8Array) => boolean;
  own.write = ((chunk: string | Uint8Array, ...rest: readonly unknown[]) => {
    held.push(chunk);
    const done = rest.find((each) => typeof each === "function") as (() => void) | undefined;
    if (done !== undefined) process.nextTick(done);
    return true;
  }) as unknown as Writable["write"];
  let isHeld = true;
  return {
    write: (text) => void through(text),
    release: () => {
      if (!isHeld) return;
      isHeld = false;
      own.write = write;
      for (const chunk of held) through(chunk);
    },
  };
}
