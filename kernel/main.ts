// Entry of the kernel's process, forked with an IPC channel; its working folder is the notebook's.
import { keepCompiledCode } from "./host/compileCache";
import { whenParentEnds } from "./host/parent";
import { settingsTrouble } from "./host/settings";
import { startNodeKernel } from "./nodeKernel";
import { ipcTransport } from "./protocol";

if (!process.send) {
  console.error(
    "bnlab kernel: expected to be forked with an IPC channel, as VS Code and `bnlab run` do; see `bnlab --help`",
  );
  process.exit(1);
}
const trouble = settingsTrouble();
if (trouble !== null) {
  console.error(`bnlab kernel: ${trouble}`);
  process.exit(2);
}
// Ctrl+C in a terminal reaches the whole group; whoever started the kernel decides what it means.
process.on("SIGINT", () => {});

keepCompiledCode();
const transport = ipcTransport(process);
const session = startNodeKernel(transport, () => transport.close());
const end = () => {
  session.close();
  process.exit(0);
};
transport.onClose(end);
whenParentEnds(end);
// The host may have gone while this was being loaded: nobody listened then.
if (!process.connected) end();
