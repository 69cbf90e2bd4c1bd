// The door of kernel/optim: update rules of whole parameters. Not for cells.
export {
  type AdagradOptions,
  type AdamOptions,
  adadeltaStep,
  adagradStep,
  adamaxStep,
  adamStep,
  nadamStep,
  type RmspropOptions,
  radamStep,
  rmspropStep,
} from "../ops/adaptiveUpdate";
export { gradientOf, rpropStep, type SgdOptions, sgdStep } from "../ops/update";
