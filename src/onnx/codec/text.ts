const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const escaped = /[\uDC80-\uDCFF]/u;

/**
 * Text of a string field. Writers are not held to UTF-8, so a byte that is no part of valid UTF-8 becomes the lone
 * surrogate U+DC00 + byte, which `encodeText` turns back.
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeEscaping(bytes);
  }
}

function decodeEscaping(bytes: Uint8Array): string {
  let text = "";
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at] as number);
    const sequence = bytes.subarray(at, at + length);
    try {
      if (sequence.length < length) throw new RangeError("cut sequence");
      text += strict.decode(sequence);
      at += length;
    } catch {
      text += String.fromCharCode(0xdc00 + (bytes[at] as number));
      at++;
    }
  }
  return text;
}

function sequenceLength(lead: number): number {
  if (lead < 0xc0) return 1;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** True when `encodeText` has bytes to turn back, so that the text is not plain UTF-8. */
export function holdsEscapes(text: string): boolean {
  return escaped.test(text);
}

/** The bytes of a string field: UTF-8, with escaped bytes turned back. */
export function encodeText(text: string): Uint8Array {
  if (!escaped.test(text)) return encoder.encode(text);
  const out: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code >= 0xdc80 && code <= 0xdcff) out.push(code - 0xdc00);
    else out.push(...encoder.encode(character));
  }
  return Uint8Array.from(out);
}
