export { created } from "./creation";
export { applied, layerOf } from "./layers";
export { isOperation, operated } from "./operations";
export {
  anyShape,
  type Layer,
  layerIn,
  listIn,
  numberIn,
  type Shape,
  ShapeMistake,
  shown,
  tensorIn,
  tensorOf,
  type Value,
} from "./values";
