import fc from 'fast-check'

/** In CI each run looks at the same cases, so that it tells about the change alone; elsewhere each run looks at new ones. */
if (process.env.CI) fc.configureGlobal({ seed: 20_261_121 })

export { fc }
