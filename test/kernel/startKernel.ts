// The built kernel in a process of its own, as VS Code and the command line start it.
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  type AnyMessage,
  type AnyPublication,
  ipcTransport,
  KernelClient,
  type Message,
  type PublicationType,
  type Requests,
} from "../../kernel/protocol";

/** The build. */
export const dist = path.join(import.meta.dirname, "../../dist");

/** What came of one cell. */
export interface Ran {
  reply: Message<"execute_reply">["content"];
  publications: AnyPublication[];
  /** All that it printed to stdout, or to stderr. */
  text(name: "stdout" | "stderr"): string;
  /** The text form of its last expression. */
  result: string | undefined;
  /** The lines of its error, joined. */
  error: string;
}

export interface TestKernel {
  client: KernelClient;
  process: ChildProcess;
  folder: string;
  run(
    code: string,
    onPublication?: (publication: AnyPublication) => void,
    options?: Partial<Requests["execute_request"]>,
  ): Promise<Ran>;
  stop(): Promise<void>;
}

interface Start {
  /** dist/ or a copy of it. */
  build?: string;
  /** Where its folder is made. */
  parent?: string;
  /** The Node that runs it, where not this process's own. */
  node?: string;
  /** Variables besides this process's own. */
  env?: NodeJS.ProcessEnv;
}

/** In a folder of its own. */
export function startKernel({
  build = dist,
  parent = os.tmpdir(),
  node = process.execPath,
  env,
}: Start = {}): TestKernel {
  const folder = mkdtempSync(path.join(parent, "bnlab-kernel-"));
  const child = fork(path.join(build, "kernel/main.js"), {
    cwd: folder,
    execPath: node,
    env: { ...process.env, ...env },
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const client = new KernelClient(ipcTransport<AnyMessage>(child));
  return {
    client,
    process: child,
    folder,
    async run(code, onPublication, options) {
      const publications: AnyPublication[] = [];
      const reply = await client.execute(
        code,
        (publication) => {
          publications.push(publication);
          onPublication?.(publication);
        },
        options,
      );
      const contents = <T extends PublicationType>(type: T) =>
        publications.filter((p) => p.header.msg_type === type).map((p) => p.content as Message<T>["content"]);
      return {
        reply: reply.content,
        publications,
        text: (name) =>
          contents("stream")
            .filter((stream) => stream.name === name)
            .map((stream) => stream.text)
            .join(""),
        result: contents("execute_result")[0]?.data["text/plain"] as string | undefined,
        error: contents("error")
          .flatMap((error) => error.traceback)
          .join("\n"),
      };
    },
    async stop() {
      await client.shutdown();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
