/** FNV-1a over UTF-16 units, 32 bit: spreads keys evenly; not for secrets. */
export const spread = (key: string, buckets: number): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193) >>> 0
  return hash % buckets
}
