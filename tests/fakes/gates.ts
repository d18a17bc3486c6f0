import type { Gates } from '#application/ports/gates.ts'
import { openGate } from '#domain/inbox/gate.ts'
import type { FakeState } from './state.ts'

export const fakeGates = ({ gates }: FakeState): Gates => {
  const read: Gates['read'] = async (keys) => keys.map((key) => gates.get(key) ?? openGate)
  return {
    read,
    lock: read,
    async save(key, gate) {
      gates.set(key, gate)
    },
  }
}
