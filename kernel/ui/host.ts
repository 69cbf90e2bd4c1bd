// What controls need of a session: a line to its clients, and who is there. Without one they stay as they were made.
import type { Comm } from "../protocol";

export interface ControlHost {
  /** Whether somebody can move controls. */
  readonly isAttended: boolean;
  say(comm: Comm): void;
  /** Hands over what clients have said while the thread was busy. */
  poll(): void;
  /** Work for later, which then shows what it shows where it would now. */
  speaking(work: () => unknown): () => unknown;
}

const nobody: ControlHost = { isAttended: false, say() {}, poll() {}, speaking: (work) => work };

let current = nobody;
let interrupts = 0;
/** Who hears what is said to a comm. */
const listeners = new Map<string, (comm: Comm) => void>();

export function setControlHost(host: ControlHost): void {
  current = host;
}

export const host = (): ControlHost => current;

export function listen(id: string, hear: (comm: Comm) => void): void {
  listeners.set(id, hear);
}

export function unlisten(id: string): void {
  listeners.delete(id);
}

/** Takes in what a client says. */
export function hear(comm: Comm): void {
  listeners.get(comm.content.comm_id)?.(comm);
}

/** How often code has been stopped: what was under way before has no end. */
export const interruptCount = (): number => interrupts;

/** To be called after every interrupt. */
export function recover(): void {
  interrupts++;
}
