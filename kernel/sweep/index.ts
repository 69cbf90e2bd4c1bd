// `bnlab sweep` and its words. The door of this room.
export { cancelCommand, gatherCommand, statusCommand } from "./folderCommands";
export {
  type EngineOptions,
  type ResumeOptions,
  resumeCommand,
  type SweepCommandOptions,
  sweepCommand,
} from "./sweepCommand";
