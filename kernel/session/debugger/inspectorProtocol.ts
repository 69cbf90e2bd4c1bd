// What is said on a debugger's line, as far as it is looked at: the protocol of V8's inspector.

/** A message of the inspector's protocol: a request, its answer, or an event. */
export interface Message {
  id?: number;
  method?: string;
  params?: Params;
  result?: Params;
  error?: unknown;
}
export type Params = Record<string, unknown>;

export interface Location {
  scriptId: string;
  lineNumber: number;
  columnNumber?: number;
}
export interface Scope {
  type: string;
  name?: string;
  object: { type: string; objectId?: string };
  startLocation?: Location;
  endLocation?: Location;
}
export interface CallFrame {
  callFrameId: string;
  functionName: string;
  functionLocation?: Location;
  location: Location;
  scopeChain: Scope[];
}
export interface StackTrace {
  callFrames: { functionName: string; scriptId: string; url: string; lineNumber: number }[];
  parent?: StackTrace;
}
export interface Paused {
  reason: string;
  callFrames: CallFrame[];
  hitBreakpoints?: string[];
  asyncStackTrace?: StackTrace;
}
