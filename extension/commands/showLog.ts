// Shows what the kernel processes and the extension have written down.
import type { RunCommand } from "./command";

export const showLog: RunCommand = ({ log }) => log.show();
