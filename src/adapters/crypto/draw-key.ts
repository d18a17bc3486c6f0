import type { DrawKey } from '#application/ports/draw-key.ts'

/** A UUID of version 4: random but for six bits, and without the time that others have. */
export const drawKey: DrawKey = () => crypto.randomUUID()
