import type { Rates } from '#application/ports/paces.ts'

/** What Meta allows (developers.facebook.com, Graph API rate limits, Instagram messaging). */
export const usualRates: Rates = { texts: 100, media: 10, reads: 2 }

/** How often one account may be called, as the settings say. */
export const ratesOf = (values: ReadonlyMap<string, string>): Rates => ({
  texts: Number(values.get('INSTAGRAM_TEXTS_PER_SECOND') ?? usualRates.texts),
  media: Number(values.get('INSTAGRAM_MEDIA_PER_SECOND') ?? usualRates.media),
  reads: Number(values.get('INSTAGRAM_READS_PER_SECOND') ?? usualRates.reads),
})
