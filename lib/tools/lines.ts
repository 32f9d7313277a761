/**
 * Splits the output of other programs into lines.
 *
 * @module
 */
/** Yields the lines of a UTF-8 stream as they arrive. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let unfinished = "";
  for await (const bytes of stream) {
    const lines = (unfinished + decoder.decode(bytes, { stream: true })).split("\n");
    unfinished = lines.pop()!;
    yield* lines;
  }
  if (unfinished !== "") yield unfinished;
}
