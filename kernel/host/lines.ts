// Cuts what a pipe delivers into lines; a message is one line of JSON.

export class LineReader {
  readonly #decoder = new TextDecoder();
  #pieces: string[] = [];

  readonly #line: (line: string) => void;

  constructor(line: (line: string) => void) {
    this.#line = line;
  }

  push = (chunk: Uint8Array): void => {
    const text = this.#decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      this.#pieces.push(text.slice(from, at));
      const whole = this.#pieces.join("");
      this.#pieces = [];
      from = at + 1;
      this.#line(whole);
    }
    if (from < text.length) this.#pieces.push(text.slice(from));
  };
}
