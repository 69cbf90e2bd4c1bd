// What the tools stand on.
import type { KernelController } from "../notebook/kernelController";
import type { Views } from "../views";

export interface AssistantContext {
  controller: KernelController;
  views: Views;
}
