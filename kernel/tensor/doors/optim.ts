// The door of kernel/optim: update rules of whole parameters. Not for cells.
export {
  type AdagradOptions,
  type AdamOptions,
  adagradStep,
  adamStep,
  gradientOf,
  type RmspropOptions,
  rmspropStep,
  type SgdOptions,
  sgdStep,
} from "../ops/update";
