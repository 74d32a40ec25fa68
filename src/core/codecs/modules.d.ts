/** The cornerstone codecs come without types. Each exports a factory of Emscripten modules that share one decoder interface. */
declare module '@cornerstonejs/codec-*' {
  const factory: (options: Record<string, unknown>) => Promise<Record<string, unknown>>;
  export default factory;
}
