/** JSON-RPC without a library, for the parts that a Connection hides: error codes, data, batches, raw bodies. */
export interface RpcReply {
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export async function post(url: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: text, ...(signal === undefined ? {} : { signal }) });
}

export async function call(url: string, method: string, params: readonly unknown[] = []): Promise<RpcReply> {
  const response = await post(url, { jsonrpc: '2.0', id: 1, method, params });
  return (await response.json()) as RpcReply;
}

export async function sendBase64(url: string, bytes: Uint8Array, config: object = {}): Promise<RpcReply> {
  return call(url, 'sendTransaction', [Buffer.from(bytes).toString('base64'), { encoding: 'base64', ...config }]);
}
