import { Hono } from 'hono'
import { verifyCallback } from './callback.ts'
import { appInput, input } from './control-input.ts'
import { count } from './input.ts'
import type { Simulation } from './simulation.ts'
import { resetWorld } from './world.ts'

/** The app's own settings, the clock, the seed, and starting over. */
export const createAppControl = (sim: Simulation): Hono =>
  new Hono()
    .get('/app', (c) => c.json({ app_id: sim.appId, ...sim.world.app, now: sim.now() }))
    .patch('/app', async (c) => {
      const wanted = await input(c, appInput)
      const app = { ...sim.world.app, ...wanted }
      if (wanted.callback_url !== undefined || wanted.verify_token !== undefined) await verifyCallback(app, sim.closing)
      Object.assign(sim.world.app, wanted)
      return c.json(sim.world.app)
    })
    .post('/seed', async (c) => {
      const { seed } = await input(c, { seed: count })
      sim.random.seed(seed)
      return c.json({ seed })
    })
    .post('/clock', async (c) => {
      const { advance_ms } = await input(c, { advance_ms: count })
      sim.advance(advance_ms)
      return c.json({ now: sim.now() })
    })
    .post('/reset', (c) => {
      sim.webhooks.reset()
      sim.faults.remove()
      resetWorld(sim.world)
      return c.json({ reset: true })
    })
