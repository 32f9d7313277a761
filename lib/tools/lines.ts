/**
 * What other programs say, line by line.
 *
 * @module
 */
/** Gives the lines of a stream of UTF-8 text as they come. */
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
