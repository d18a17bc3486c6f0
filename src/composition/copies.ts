/** What gets files for an installation, in its own thread or in one beside it. */
export { createCopies } from '#application/media/copies.ts'
