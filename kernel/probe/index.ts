// Watching a model from outside. The door of this room.
export { type ActivationsOptions, activations, type Probed, type ProbedModule } from "./activations";
export { gradients } from "./gradients";
export { type SaturationOptions, saturation } from "./saturation";
