// "bnlab" in Node: all of it, on what Node lends.

import { setTeams } from "../experiment/team";
import { collectorHost } from "../host/collector";
import { thisMachine } from "../host/machine";
import { setting } from "../host/settings";
import { widestSimd } from "../host/simd";
import { threadCount, threadHost } from "../host/threads";
import { setMachine } from "../machine/machine";
import { startProcesses } from "../parallel/team";
import {
  fusesPairs,
  setCollectorHost,
  setMemoryLimit,
  setSimd,
  setSweeps,
  setThreads,
} from "../tensor/doors/host";

export * from "../bnlab";

setCollectorHost(collectorHost());
setSimd(widestSimd(fusesPairs)); // before setThreads
setThreads(threadHost(), threadCount());
setSweeps(setting("fusion") !== "off");
setMemoryLimit((setting("memory") ?? Number.POSITIVE_INFINITY) * 2 ** 20);
setMachine(thisMachine);
setTeams(startProcesses);
