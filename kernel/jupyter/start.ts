// A kernel for a Jupyter client: listens where the client's connection file says, until it is told to end.
import { keepCompiledCode } from "../host/compileCache";
import { whenParentEnds } from "../host/parent";
import { startNodeKernel } from "../nodeKernel";
import { readConnectionFile } from "./connectionFile";
import { notebookLanguage } from "./notebookLanguage";
import { listen } from "./zmqTransport";

/** Resolves when a client has shut the kernel down, or the client that started it has gone. */
export async function runJupyterKernel(file: string): Promise<void> {
  const log = (line: string) => console.error(`bnlab jupyter: ${line}`);
  const connection = await readConnectionFile(file, log);
  const language = await notebookLanguage();
  const transport = await listen(connection, log);
  // An interrupt comes as a message; Ctrl+C in the client's terminal reaches this process too and is not meant for it.
  process.on("SIGINT", () => {});
  keepCompiledCode();
  const session = startNodeKernel(transport, () => transport.close(), language);
  transport.onClose(() => session.close());
  // Jupyter sets JPY_PARENT_PID for kernels that are not to outlive it.
  const watch = process.env.JPY_PARENT_PID ? whenParentEnds(() => transport.close()) : undefined;
  await transport.closed;
  watch?.stop();
}
