const escape = "\u001b[";
/** Another screen than that of the shell, no cursor, no wrapping: what is too long is cut by the terminal. */
const enterModes = `${escape}?1049h${escape}?25l${escape}?7l${escape}H${escape}2J`;
const leaveModes = `${escape}0m${escape}?7h${escape}?25h${escape}?1049l`;
/** Terminals that know it show all between the two at once; the others ignore it. */
const beginFrame = `${escape}?2026h`;
const endFrame = `${escape}?2026l`;

/** The terminal as a grid of lines. Everything written is absolute: a frame that went wrong is mended by the next. */
export interface Screen {
  /** Takes the terminal over. */
  enter(): void;
  /** Shows lines; only those that changed are written. */
  paint(lines: readonly string[], size: { readonly columns: number; readonly rows: number }): void;
  /** The next frame is written in full. */
  forget(): void;
  /** Gives the terminal back as it was. May be called at any time, and more than once. */
  leave(): void;
}

/** Makes a screen over what writes to a terminal. */
export function makeScreen(write: (text: string) => void): Screen {
  let shown: readonly string[] = [];
  let shownSize = "";
  let isEntered = false;
  return {
    enter: () => {
      if (isEntered) return;
      isEntered = true;
      shownSize = "";
      write(enterModes);
    },
    paint: (lines, { columns, rows }) => {
      if (!isEntered) return;
      const size = `${columns}x${rows}`;
      const isWhole = size !== shownSize;
      const inSight = lines.slice(0, rows);
      // A line is erased before it is written: erasing its rest afterwards would take the last column of a full one.
      const changed = inSight.flatMap((line, i) =>
        isWhole || line !== shown[i] ? [`${escape}${i + 1};1H${escape}2K${line}${escape}0m`] : [],
      );
      const gone = isWhole || inSight.length < shown.length ? [`${escape}${inSight.length + 1};1H${escape}J`] : [];
      // Nothing lies below a frame that fills the screen; going there would erase its last line.
      const tail = inSight.length < rows ? gone : [];
      shown = inSight;
      shownSize = size;
      if (changed.length === 0 && tail.length === 0) return;
      write(`${beginFrame}${isWhole ? `${escape}2J` : ""}${changed.join("")}${tail.join("")}${endFrame}`);
    },
    forget: () => {
      shownSize = "";
    },
    leave: () => {
      if (!isEntered) return;
      isEntered = false;
      write(leaveModes);
    },
  };
}
