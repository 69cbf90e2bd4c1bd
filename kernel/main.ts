// Entry of the kernel's process, forked with an IPC channel; its working folder is the notebook's.
import { keepCompiledCode } from "./host/compileCache";
import { whenParentEnds } from "./host/parent";
import { settingsTrouble } from "./host/settings";
import { Kernel } from "./kernel";
import { ipcTransport } from "./protocol";
import { Session } from "./session/session";
import { version } from "./version";

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
const session = new Session(process.cwd());
const transport = ipcTransport(process);
const end = () => {
  session.close();
  process.exit(0);
};
transport.onClose(end);
whenParentEnds(end);
new Kernel({ transport, session, version, onShutdown: () => transport.close() });
// The host may have gone while this was being loaded: nobody listened then.
if (!process.connected) end();
