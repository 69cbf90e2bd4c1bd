// Entry of the kernel's process, forked with an IPC channel; its working folder is the notebook's. It ends with whoever has forked it,
// unless that says that it is to be kept.
import { DetachableLine } from "./attach/detachableLine";
import { keepCompiledCode } from "./host/compileCache";
import { whenParentEnds } from "./host/parent";
import { settingsTrouble } from "./host/settings";
import { startNodeKernel } from "./nodeKernel";
import { ipcTransport, type Said } from "./protocol";
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
// What is written when nobody reads it any more is lost, and no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
const line = new DetachableLine(ipcTransport<Said>(process), version);
const session = startNodeKernel(line, () => line.close());
line.onClose(() => {
  session.close();
  process.exit(0);
});
whenParentEnds(() => line.hostHasGone());
// The host may have gone while this was being loaded: nobody listened then.
if (!process.connected) line.hostHasGone();
