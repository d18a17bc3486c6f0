import { connect, type Socket } from 'node:net'

/** One keep-alive connection that has at most one request under way. */
export interface Connection {
  /** Sends a request; `onAnswer` hears the status of its answer. */
  send(bytes: Buffer): void
  close(): void
}

const isWhole = (text: string): boolean => {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  const head = text.slice(0, end)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= end + 4 + Number(length)
}

/** Opens a connection; status 0 stands for one that broke. */
export const openConnection = (port: number, onAnswer: (status: number) => void): Promise<Connection> =>
  new Promise((resolve, reject) => {
    let received = ''
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true }, () =>
      resolve({ send: (bytes) => void socket.write(bytes), close: () => void socket.destroy() }),
    )
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      if (!isWhole(received)) return
      const status = Number(received.slice(9, 12))
      received = ''
      onAnswer(status)
    })
    socket.once('error', reject)
    socket.once('close', () => onAnswer(0))
  })
