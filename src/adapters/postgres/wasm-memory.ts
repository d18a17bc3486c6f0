import { setFlagsFromString } from 'node:v8'

/**
 * Keeps V8 from compiling PGlite's code a second time with its optimising compiler: one function of it, PostgreSQL's expression
 * interpreter, costs 600 MB for a second, and queries gain little. To be called before the module is loaded. Other engines
 * compile differently and do not know these flags.
 */
export const compileWasmOnce = (): void => {
  if (!('v8' in process.versions) || 'Deno' in globalThis || 'Bun' in globalThis) return
  setFlagsFromString('--no-wasm-tier-up')
  setFlagsFromString('--no-wasm-dynamic-tiering')
}
