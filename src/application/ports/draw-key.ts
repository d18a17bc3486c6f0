/** A text that nobody can guess, 122 random bits: whoever has it may do what it is a key to. */
export type DrawKey = () => string
