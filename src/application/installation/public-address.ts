/** Can a provider out there call this address? It takes https and a host that is not only ours. */
export const isPublicAddress = (url: string): boolean => {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' && !/^(?:localhost|127\.|10\.|192\.168\.|\[|172\.(?:1[6-9]|2\d|3[01])\.)/.test(hostname)
}
