/** A file's text, as the build and the tests give it. */
declare module '*.ndjson?raw' {
  const text: string;
  export default text;
}
