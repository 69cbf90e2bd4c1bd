// The protocol's door: everything that both ends of the wire share.
export * from "./attach";
export * from "./client";
export * from "./comms";
export * from "./controls";
export * from "./ipc";
export * from "./language";
export * from "./languageClient";
export * from "./messages";
export * from "./mime";
export * from "./requestContent";
export * from "./rows";
export * from "./runLog";
export * from "./transport";
export * from "./variables";
