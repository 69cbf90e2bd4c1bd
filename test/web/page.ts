// What the page of the tests runs: a kernel made of the build, and a client on the other end of its line.
import { KernelClient } from "../../kernel/protocol";
import { type LanguageParts, startWebKernel } from "../../kernel/web/startKernel";

/** A publication, or a question of the cell's. */
export interface Heard {
  type: string;
  content: unknown;
}

/** What came of one cell. */
export interface Outcome {
  heard: Heard[];
  reply: unknown;
}

const textOf = (id: string): string => JSON.parse(document.getElementById(id)!.textContent!) as string;

async function unpacked(id: string): Promise<string> {
  const bytes = Uint8Array.from(atob(textOf(id)), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

async function language(): Promise<LanguageParts> {
  const [typescript, files] = await Promise.all([unpacked("typescript"), unpacked("files")]);
  return { typescript, files: JSON.parse(files) as Record<string, string> };
}

export class Lab {
  readonly client = new KernelClient(
    startWebKernel({ kernel: textOf("kernel"), runner: textOf("runner"), language }),
    (publication) => this.heard.push({ type: publication.header.msg_type, content: publication.content }),
  );
  /** What was published because of no request, and by cells since they were last asked about. */
  readonly heard: Heard[] = [];
  /** What is answered to `input`. */
  answers: string[] = [];

  #printed = () => {};

  /** Runs a cell, and interrupts it when it has printed something. */
  async stop(code: string): Promise<Outcome> {
    const outcome = this.run(code);
    await new Promise<void>((resolve) => {
      this.#printed = resolve;
    });
    await this.client.interrupt();
    return outcome;
  }

  /** Runs a cell: what it published, and its reply. */
  async run(code: string): Promise<Outcome> {
    const heard: Heard[] = [];
    const { content } = await this.client.execute(
      code,
      ({ header, content }) => {
        if (header.msg_type === "stream") this.#printed();
        if (header.msg_type !== "status") heard.push({ type: header.msg_type, content });
      },
      {
        onInput: async ({ prompt }) => {
          heard.push({ type: "input_request", content: prompt });
          return this.answers.shift() ?? "";
        },
      },
    );
    return { heard, reply: content };
  }
}

Object.assign(window, { lab: new Lab() });
