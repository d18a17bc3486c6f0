import { readConfig } from '../../runtime/environment.ts'
import { untilStopped } from '../../runtime/main.ts'
import { type Command, CommandFailed, type Invocation } from '../command.ts'
import { steps } from './story.ts'
import { type DemoWorld, startDemoWorld } from './world.ts'

type Told = Pick<Invocation, 'say' | 'json'>

const tellStory = async (world: DemoWorld, { say, json }: Told) => {
  let story: Parameters<(typeof steps)[number]['tell']>[0] = { world }
  for (const [n, step] of steps.entries()) {
    try {
      const { story: more, told } = await step.tell(story)
      story = { ...story, ...more }
      say(`${n + 1}. ${told}`)
      json({ step: step.name, ok: true, told })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      json({ step: step.name, ok: false, reason })
      throw new CommandFailed(`The demo stopped at step ${n + 1} (${step.name}): ${reason}`)
    }
  }
  return story
}

const invite = (world: DemoWorld, { tenant, customer, conversation }: Awaited<ReturnType<typeof tellStory>>, { say, json }: Told): void => {
  const conversationUrl = `${world.server.url}/api/v1/accounts/${tenant?.accountId}/conversations/${conversation?.id}/messages`
  const customerUrl = `${world.instagramUrl}/customers/${customer?.igsid}`
  say(`
Everything was verified, and keeps running until you press Ctrl-C.
  Write as the customer:  ${customerUrl}
  Read the conversation:  curl -H 'api_access_token: ${tenant?.token}' ${conversationUrl}
  Dovecote:               ${world.server.url}
  Simulated Instagram:    ${world.instagramUrl}
  API token (account ${tenant?.accountId}):  ${tenant?.token}
  Platform token:         ${world.server.platformAppToken}`)
  json({
    step: 'ready',
    ok: true,
    url: world.server.url,
    instagram_url: world.instagramUrl,
    customer_url: customerUrl,
    conversation_url: conversationUrl,
    account_id: tenant?.accountId,
    api_access_token: tenant?.token,
    platform_app_token: world.server.platformAppToken,
  })
}

export const demo: Command = {
  summary: 'see it work: a simulated Instagram, a customer who writes, an agent who answers',
  options: { once: { type: 'boolean', about: 'verify every step, then stop with 0, or with 1 and the reason' } },
  async run({ env, options, say, json }) {
    const began = performance.now()
    say('Starting Dovecote and a simulated Instagram …')
    await using world = await startDemoWorld(readConfig(env))
    const started = Math.round(performance.now() - began)
    say(`Ready after ${(started / 1000).toFixed(1)} s.`)
    json({ step: 'start', ok: true, ms: started })
    const story = await tellStory(world, { say, json })
    const total = Math.round(performance.now() - began)
    const peak = process.resourceUsage().maxRSS
    say(`Done after ${(total / 1000).toFixed(1)} s, with at most ${Math.round(peak / 1024)} MiB of memory.`)
    json({ step: 'done', ok: true, ms: total, peak_rss_kib: peak })
    if (options.once) return
    invite(world, story, { say, json })
    await untilStopped()
  },
}
