/**
 * JSON text with comments (`//` to the end of the line, and block comments) turned to spaces, so that positions in errors
 * stay what they are. Text between quotes is left alone; a comment that is not closed stays and is refused as JSON.
 */
export function stripComments(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith('"') ? part : part.replace(/[^\n]/g, " "),
  );
}
