// Processes that cells have started, seen from the system: who descends from whom, and their end. A process that was started detached
// is in a group of its own: it was meant to outlive its parent, and is left alone.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

interface Row {
  pid: number;
  parent: number;
  group: number;
}

/** Between the request to end and the end by force. */
const graceMs = 1000;

const isWindows = process.platform === "win32";

/** What `roots` names and what descends from it, in the group of this process; on Windows `roots` alone. */
function treeOf(roots: readonly number[]): number[] {
  if (isWindows) return [...roots];
  const rows = table();
  const group = rows.find(({ pid }) => pid === process.pid)?.group;
  const tree = new Set<number>();
  const add = (pid: number) => {
    if (tree.has(pid)) return;
    tree.add(pid);
    for (const row of rows) if (row.parent === pid && row.group === group) add(row.pid);
  };
  for (const pid of roots) add(pid);
  return [...tree];
}

/** Children of this process in its own group; none on Windows, where the system does not tell at once. */
export function childrenOfProcess(): number[] {
  if (isWindows) return [];
  const rows = table();
  const group = rows.find(({ pid }) => pid === process.pid)?.group;
  return rows.filter((row) => row.parent === process.pid && row.group === group).map(({ pid }) => pid);
}

/** Ends processes with all that descends from them: asks first, then by force. */
export function endTrees(roots: readonly number[]): void {
  if (roots.length === 0) return;
  const tree = treeOf(roots);
  if (isWindows) {
    for (const pid of tree)
      attemptKill(() => execFileSync("taskkill", ["/pid", String(pid), "/t", "/f"], { windowsHide: true }));
    return;
  }
  for (const pid of tree) attemptKill(() => process.kill(pid, "SIGTERM"));
  setTimeout(() => {
    for (const pid of tree) attemptKill(() => process.kill(pid, "SIGKILL"));
  }, graceMs).unref();
}

/** Ends a process that leads a group, and the group: also what is left of it when its leader has gone. */
export function endGroup(leader: number): void {
  // On Windows libuv's job object does this: processes that are not detached end with their parent.
  if (isWindows) attemptKill(() => process.kill(leader, "SIGKILL"));
  else if (!attemptKill(() => process.kill(-leader, "SIGKILL"))) {
    attemptKill(() => process.kill(leader, "SIGKILL"));
  }
}

function attemptKill(kill: () => unknown): boolean {
  try {
    kill();
    return true;
  } catch {
    return false; // it has ended by itself
  }
}

function table(): Row[] {
  return process.platform === "linux" ? linuxTable() : psTable();
}

/** `/proc/<pid>/stat`: pid (command) state parent group …, and the command may hold anything. */
function linuxTable(): Row[] {
  const rows: Row[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      rows.push({ pid: Number(name), parent: Number(fields[1]), group: Number(fields[2]) });
    } catch {
      // It has ended meanwhile.
    }
  }
  return rows;
}

function psTable(): Row[] {
  const text = execFileSync("ps", ["-A", "-o", "pid=,ppid=,pgid="], { encoding: "utf8" });
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [pid = 0, parent = 0, group = 0] = line.trim().split(/\s+/).map(Number);
      return { pid, parent, group };
    });
}
