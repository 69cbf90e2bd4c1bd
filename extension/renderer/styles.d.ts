// Style sheets as the build hands them over: text in the notebook's renderer, a file beside the script elsewhere.
declare module "*.css" {
  const text: string;
  export default text;
}
