import type { Channels } from '#application/ports/channel.ts'
import type { Finding } from '#application/ports/finding.ts'

/** Looks at what all inboxes of each channel need: its configuration, and whether its provider can reach us. Changes nothing. */
export type InspectInstallation = (frontendUrl: string) => Promise<readonly (Finding & { readonly channel: string })[]>

export const createInspectInstallation =
  ({ channels }: { readonly channels: Channels }): InspectInstallation =>
  async (frontendUrl) => {
    const looked = [...channels.values()].map(async ({ kind, doctor }) => {
      const findings = (await doctor?.installation(frontendUrl)) ?? []
      return findings.map((finding) => ({ channel: kind, ...finding }))
    })
    return (await Promise.all(looked)).flat()
  }
