/** workerd's TCP, as far as it is used here. */
declare module 'cloudflare:sockets' {
  export interface TcpSocket {
    readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>
    readonly writable: WritableStream<Uint8Array>
    readonly opened: Promise<unknown>
    close(): Promise<void>
    startTls(): TcpSocket
  }
  export function connect(
    address: { hostname: string; port: number },
    options: { secureTransport: 'off' | 'starttls'; allowHalfOpen: boolean },
  ): TcpSocket
}
